"""Runs a chapter once, in a fresh kernel, and measures the run."""

import tempfile
import time
from copy import deepcopy
from pathlib import Path

from nbformat import NotebookNode

from book.layout import BookError
from book.stamps import code_cells, inputs_stamp, outputs_stamp


def execute(text: NotebookNode, stem: str) -> NotebookNode:
    """Executes a chapter in a fresh kernel and an empty folder, and measures it.

    Raises:
        BookError: If a cell fails, takes over 10 minutes, or writes to standard error.
    """
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    executed = deepcopy(text)
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(
            executed,
            kernel_name="python3",
            extra_arguments=["--IPKernelApp.log_level=40"],  # no start-up notices
            timeout=600,
            record_timing=False,
            resources={"metadata": {"path": folder}},
        )
        start = time.perf_counter()
        with client.setup_kernel():
            for index, cell in enumerate(executed.cells):
                try:
                    client.execute_cell(cell, index)
                except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
                    raise BookError(f"{stem}: a cell failed.\n{error}") from error
            seconds = time.perf_counter() - start
            peak = _peak_bytes(client.km.provisioner.pid)
    for cell in code_cells(executed):
        cell.outputs = _merge_streams(cell.outputs)
        noise = [o.text for o in cell.outputs if o.get("name") == "stderr"]
        if noise:
            raise BookError(f"{stem}: a cell wrote to standard error: {noise[0].strip()}")
    executed.metadata["seqtut"] = {
        "outputs": outputs_stamp(executed),
        "inputs": inputs_stamp(text),
        "seconds": round(seconds, 1),
        "peak_gb": round(peak / 1e9, 2),
    }
    return executed


def _peak_bytes(pid: int) -> int:
    """Returns a process's peak resident memory; the present one where the peak is not kept."""
    status = Path(f"/proc/{pid}/status")
    if status.is_file():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    import psutil

    return psutil.Process(pid).memory_info().rss


def _merge_streams(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Joins neighbouring chunks of one stream, which split by chance of timing."""
    merged: list[NotebookNode] = []
    for output in outputs:
        last = merged[-1] if merged else None
        if last and output.output_type == "stream" and last.get("name") == output.name:
            last.text += output.text
        else:
            merged.append(output)
    return merged
