import platform
import subprocess
import sys


def test_keep_freed_memory__in_a_process_of_its_own():
    # It cannot be undone, so it is asked of another process, which must live on and answer.
    code = "from senformer.core.memory import keep_freed_memory; print(keep_freed_memory())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(platform.libc_ver()[0] == "glibc")
