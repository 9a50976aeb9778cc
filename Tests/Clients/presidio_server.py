"""The real presidio-analyzer (PyPI) behind its own REST API: POST /analyze, read and answered as Presidio's app.py does it.

Its recognisers are the default ones. Its language model is spaCy without a downloaded model: a blank English pipeline whose entities
come from a few patterns, so that persons and places pass through Presidio's NER path, too. Says `port N` and ends with its standard
input. Needs: pip install presidio-analyzer."""
import http.server, json, logging, os, sys, threading
import spacy
from presidio_analyzer import AnalyzerEngine, AnalyzerRequest, BatchAnalyzerEngine
from presidio_analyzer.nlp_engine import SpacyNlpEngine


class BlankEngine(SpacyNlpEngine):
    """spaCy, with patterns where a model would be."""

    def load(self):
        pipeline = spacy.blank("en")
        pipeline.add_pipe("entity_ruler").add_patterns(
            [{"label": "PERSON", "pattern": name} for name in ("Maria Keller", "Łukasz Wójcik", "Zoë 🦊 Müller", "José Ñandú")]
            + [{"label": "GPE", "pattern": name} for name in ("Berlin", "Łódź", "東京")]
            + [{"label": "ORG", "pattern": "Contoso"}])
        self.nlp = {"en": pipeline}


def make_engine():
    nlp = BlankEngine(models=[{"lang_code": "en", "model_name": "blank"}])
    nlp.load()
    return BatchAnalyzerEngine(AnalyzerEngine(nlp_engine=nlp, supported_languages=["en"]))


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version, disable_nagle_algorithm = "HTTP/1.1", True
    engine, lock = None, threading.Lock()

    def do_POST(self):
        try:
            status, answer = 200, self.analyze(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        except TypeError as e: status, answer = 400, {"error": str(e)}
        except Exception as e: status, answer = 500, {"error": str(e)}
        body = json.dumps(answer, default=lambda o: o.to_dict(), sort_keys=True).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json"); self.send_header("content-length", str(len(body)))
        self.end_headers(); self.wfile.write(body)

    def analyze(self, data):
        asked = AnalyzerRequest(data)
        if not asked.text: raise Exception("No text provided")
        if not asked.language: raise Exception("No language provided")
        texts = asked.text if isinstance(asked.text, list) else [asked.text]
        with self.lock:   # one process, one core: as a single gunicorn worker
            results = list(self.engine.analyze_iterator(
                texts=texts, batch_size=len(texts), language=asked.language, correlation_id=asked.correlation_id, score_threshold=asked.score_threshold,
                entities=asked.entities, return_decision_process=asked.return_decision_process, ad_hoc_recognizers=asked.ad_hoc_recognizers,
                context=asked.context, allow_list=asked.allow_list, allow_list_match=asked.allow_list_match, regex_flags=asked.regex_flags))
        for found in results:
            for entity in found: del entity.recognition_metadata
        return results if isinstance(asked.text, list) else results[0]

    def log_message(self, *_): pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads, request_queue_size = True, 256
    def handle_error(self, *_): pass   # a caller that left


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    Handler.engine = make_engine()
    server = Server(("127.0.0.1", int(os.environ.get("PORT", "0"))), Handler)
    print(f"port {server.server_address[1]}", flush=True)
    threading.Thread(target=lambda: (sys.stdin.buffer.read(), os._exit(0)), daemon=True).start()
    server.serve_forever()
