"""More examples on demand: `BIHUAN_EXAMPLES=10000 pytest tests/rules/test_order_properties.py`, drawn anew each time.

The variable is read while this file is loaded, so name the file or folder: only then is it loaded before settings are
forgotten.
"""

import os

from hypothesis import settings

if wanted := int(os.environ.get("BIHUAN_EXAMPLES", "0")):
    settings.register_profile("thorough", deadline=None, derandomize=False, print_blob=True, max_examples=wanted)
    settings.load_profile("thorough")
