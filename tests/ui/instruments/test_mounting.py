import subprocess
import sys

import pytest

from tests.conftest import ROOT

PAGES = """
import sys
from streamlit.testing.v1 import AppTest
assert "pandas" not in sys.modules
app = AppTest.from_file("pages/site.py", default_timeout=60).run()
app.switch_page("pages/flow/tensor_flow.py").run()
ledger = next(e.proto for e in app.get("bidi_component") if "This step" in e.proto.json)
print("pandas" in sys.modules, app.exception.len, '"rows": [{' in ledger.json)
"""


@pytest.mark.slow
def test_nobody_waits_for_pandas_to_be_imported():
    done = subprocess.run(
        [sys.executable, "-c", PAGES.replace('"pages/', f'"{ROOT}/pages/')],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.stdout.split() == ["False", "0", "True"], done.stderr
