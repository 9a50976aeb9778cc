"""Reads exported data sets as fine-tuning does: load_data_sets.py FOLDER, with FORMAT.jsonl or FORMAT.csv in it. Prints a JSON object: rows of
each format, and whether `trl` took a step of training on the chat formats (null: it is not installed)."""
import importlib.util, json, pathlib, sys
import datasets

folder = pathlib.Path(sys.argv[1])
datasets.disable_progress_bars()


def load(file): return datasets.load_dataset(file.suffix.removeprefix(".").replace("jsonl", "json"), data_files=str(file), split="train", cache_dir=str(folder / "cache"))


def conversation(row, form):
    """A row in the form that chat templates take: a list of role and content. ShareGPT's names are trl's own business."""
    if form == "anthropic": return ([{"role": "system", "content": row["system"]}] if row.get("system") else []) + row["messages"]
    return row["messages"]


def train(sets):
    """A step of SFT with a model of a few thousand weights and random ones, on every chat format."""
    import torch, transformers, trl
    from tokenizers import Tokenizer, models, pre_tokenizers
    tokens = {c: i for i, c in enumerate(["<pad>", "<end>", "<unk>"] + sorted({c for c in map(chr, range(32, 127))}))}
    core = Tokenizer(models.WordLevel(tokens, unk_token="<unk>"))
    core.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    tokenizer = transformers.PreTrainedTokenizerFast(tokenizer_object=core, pad_token="<pad>", eos_token="<end>", unk_token="<unk>")
    tokenizer.chat_template = "{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}\n{% endfor %}"
    for name, data in sets.items():
        model = transformers.GPT2LMHeadModel(transformers.GPT2Config(vocab_size=len(tokens), n_positions=256, n_embd=16, n_layer=1, n_head=2))
        arguments = trl.SFTConfig(output_dir=str(folder / "out"), max_steps=1, per_device_train_batch_size=2, max_length=256, report_to=[], save_strategy="no", use_cpu=True, bf16=False, gradient_checkpointing=False)
        result = trl.SFTTrainer(model=model, args=arguments, train_dataset=data, processing_class=tokenizer).train()
        assert result.global_step == 1 and result.training_loss > 0, (name, result)


loaded = {file.stem: load(file) for file in sorted(folder.glob("*.jsonl")) + sorted(folder.glob("*.csv"))}
trained = None
if importlib.util.find_spec("trl"):
    chats = {n: loaded[n] for n in ("openai-chat", "anthropic") if n in loaded}
    chats = {n: d.map(lambda row: {"messages": conversation(row, n)}, remove_columns=d.column_names) for n, d in chats.items()}
    # ShareGPT as it is: trl knows `from` and `value`.
    import trl
    if "sharegpt" in loaded: chats["sharegpt"] = loaded["sharegpt"].map(trl.maybe_convert_to_chatml).remove_columns([c for c in loaded["sharegpt"].column_names if c != "conversations"])
    train(chats)
    trained = sorted(chats)
print(json.dumps({"rows": {name: len(data) for name, data in loaded.items()}, "columns": {name: sorted(data.column_names) for name, data in loaded.items()}, "trained": trained}))
