"""A certification authority for client certificates, by the `openssl` command."""
import pathlib, subprocess

CONFIGURATION = """[ca]
default_ca = it
[it]
dir = {folder}
database = $dir/index.txt
serial = $dir/serial
new_certs_dir = $dir/issued
certificate = $dir/ca.pem
private_key = $dir/ca.key
default_md = sha256
default_days = 30
default_crl_days = 30
copy_extensions = copy
unique_subject = no
policy = anything
[anything]
countryName = optional
organizationName = optional
organizationalUnitName = optional
commonName = optional
emailAddress = optional
"""


def openssl(*arguments):
    p = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True, timeout=120)
    assert p.returncode == 0, f"{arguments}\n{p.stderr}"


class Authority:
    def __init__(self, folder, name="Clients"):
        self.folder, self.count = pathlib.Path(folder), 0
        (self.folder / "issued").mkdir(parents=True)
        (self.folder / "index.txt").write_text(""); (self.folder / "serial").write_text("1000\n")
        (self.folder / "ca.cnf").write_text(CONFIGURATION.format(folder=self.folder))
        self.certificate, self.list = self.folder / "ca.pem", self.folder / "crl.pem"
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", 30, "-subj", f"/O=Test/CN={name}",
                "-keyout", self.folder / "ca.key", "-out", self.certificate, "-addext", "keyUsage=critical,keyCertSign,cRLSign")

    def issue(self, subject="/CN=client", names=None, expired=False):
        """A client's certificate and key; `names` as in `URI:spiffe://example.org/a,DNS:b`."""
        self.count += 1
        key, request, certificate = (self.folder / f"{self.count}.{end}" for end in ("key", "csr", "pem"))
        extension = ["-addext", f"subjectAltName={names}"] if names else []
        openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", subject, "-keyout", key, "-out", request, *extension)
        dates = ["-startdate", "20200101000000Z", "-enddate", "20200201000000Z"] if expired else []
        openssl("ca", "-batch", "-notext", "-config", self.folder / "ca.cnf", "-in", request, "-out", certificate, *dates)
        return certificate, key

    def revoke(self, pair): openssl("ca", "-config", self.folder / "ca.cnf", "-revoke", pair[0])

    def publish(self):
        """Writes the revocation list anew."""
        openssl("ca", "-config", self.folder / "ca.cnf", "-gencrl", "-out", self.list)
        return self.list
