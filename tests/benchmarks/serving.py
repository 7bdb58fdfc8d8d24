"""What an answer costs beside the bare network, what training costs on warm features, and what the
server weighs.

    python -m tests.benchmarks.serving          (needs Chromium for the server's part)

Times are medians of one run; the machine is shared, so read the ratios.
"""

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter

import numpy as np
import psutil
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import sync_playwright

from model.catalogue.dataset import find_dataset
from model.catalogue.starter import STARTER, import_starter
from model.catalogue.store import open_store
from model.classify.classifier import Classifier, load_classifier
from model.networks.backbones import BACKBONES, find_backbone
from model.networks.features import extract_features
from model.networks.inference import SHIPPED_BACKBONES, load_network
from model.networks.preprocessing import pixels
from model.photos.image import open_photo
from model.runs.run import SHIPPED
from model.runtime import cores
from model.training.head_run import train_head_run
from model.training.request import TrainRequest
from tests.conftest import STARTER_PHOTOS, encoded, picture, put_photo
from tests.e2e.conftest import FLAGS, start_server
from tests.starter_set import A_CACTUS, A_TREE, PHOTOS

REPEATS = 60
PHOTO_FILE = STARTER_PHOTOS / A_CACTUS
PHOTO = PHOTO_FILE.read_bytes()
ANSWERING = """
import statistics, sys
from pathlib import Path
from time import perf_counter, process_time, time
from psutil import Process
from model.catalogue.store import open_store
from model.classify.classifier import load_classifier
from model.photos.image import open_photo

classifier, photo = load_classifier(open_store(), sys.argv[1]), Path(sys.argv[2]).read_bytes()
waited, worked = [], []
for _ in range(int(sys.argv[3])):
    start, processor = perf_counter(), process_time()
    classifier.predict(open_photo(photo).image)
    waited.append(perf_counter() - start)
    worked.append(process_time() - processor)
    if len(waited) == 1:
        ready = time() - Process().create_time()
answer, work = statistics.median(waited) * 1000, statistics.median(worked) * 1000
print(f"an answer {answer:.1f} ms, {work:.1f} ms of it on the processor,", end=" ")
print(f"{Process().memory_info().rss / 1e6:.0f} MB, first answer {ready:.2f} s after its start")
"""


def median_ms(work: Callable[[], object]) -> float:
    """The median of many calls, after some to warm up."""
    for _ in range(5):
        work()
    times = []
    for _ in range(REPEATS):
        start = perf_counter()
        work()
        times.append(perf_counter() - start)
    return statistics.median(times) * 1000


def answer_against_network(classifier: Classifier) -> None:
    """From JPEG bytes to probabilities, evidence, look-alikes and trust, beside its parts."""
    image, name = open_photo(PHOTO).image, classifier.backbone.name
    photo, network = pixels(image, classifier.backbone), load_network(name)
    phone = encoded(picture(4000, 3000), quality=85)
    bare = median_ms(lambda: network(photo))
    decoding = median_ms(lambda: pixels(open_photo(PHOTO).image, classifier.backbone))
    whole = median_ms(lambda: classifier.predict(open_photo(PHOTO).image))
    share = whole / (bare + decoding)
    print(f"{name}: bare onnxruntime pass {bare:.1f} ms, decoding and resizing {decoding:.1f} ms,")
    print(f"from JPEG bytes to the full answer {whole:.1f} ms: {share:.2f} times their sum")
    for engine, run in other_engines(name, photo):
        print(f"the same pass in {engine}: {median_ms(run):.1f} ms")
    gate = median_ms(lambda: open_photo(phone))
    print(f"a 12-megapixel photo passes the gate in {gate:.1f} ms")


def other_engines(
    name: str, photo: NDArray[np.float32]
) -> Iterator[tuple[str, Callable[[], object]]]:
    """The same network on the same pixels, one thread each, by other engines that are installed."""
    import torch

    from model.networks.pretrained import build_network, freeze_for_inference

    torch.set_num_threads(1)
    network, tensor = freeze_for_inference(build_network(name)), torch.from_numpy(photo)
    with torch.inference_mode():
        yield "torch", lambda: network(tensor)
    if find_spec("openvino"):
        import openvino

        core = openvino.Core()
        core.set_property("CPU", {"INFERENCE_NUM_THREADS": 1})
        compiled = core.compile_model(SHIPPED_BACKBONES / f"{name}.onnx", "CPU")
        yield "OpenVINO", lambda: compiled([photo])


def each_backbone() -> None:
    """A process of its own that answers with a head on each backbone: time, memory, cold start."""
    store = open_store()
    for name in (row.name for row in BACKBONES.values() if row.is_installed):
        run = train_head_run(store, TrainRequest(find_dataset(store, STARTER), name)).card.id
        command = [sys.executable, "-c", ANSWERING, run, str(PHOTO_FILE), str(REPEATS)]
        ended = subprocess.run(command, check=True, capture_output=True, text=True)
        print(f"{name}: {ended.stdout.strip()}")


def many_photos(name: str, photos: int) -> None:
    """Features of many photos on all cores, beside what decoding and the bare pass need there."""
    network, backbone = load_network(name), find_backbone(name)
    files = [STARTER_PHOTOS / f"{1 + number % PHOTOS:04d}.jpg" for number in range(photos)]

    def spread(work: Callable[[Path], object]) -> float:
        start = perf_counter()
        with ThreadPoolExecutor(cores()) as pool:
            list(pool.map(work, files))
        return (perf_counter() - start) / photos * 1000

    def looked(file: Path) -> Image.Image:
        return Image.open(file).convert("RGB")

    photo = pixels(looked(files[0]), backbone)
    bare = spread(lambda file: network(photo))
    decoding = spread(lambda file: pixels(looked(file), backbone))
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder))
        names = [put_photo(store, open_photo(file.read_bytes())) for file in dict.fromkeys(files)]
        start = perf_counter()
        extract_features(store, names, backbone)
        whole = (perf_counter() - start) / len(names) * 1000
    print(
        f"{name}, {len(names)} photos on {cores()} cores, a photo: decoding {decoding:.1f} ms, bare pass"
        f" {bare:.1f} ms; features, kept in the catalogue, {whole:.1f} ms:"
        f" {whole / (bare + decoding):.2f} times their sum"
    )


def head_training() -> None:
    """Ten epochs on the starter set with features already cached."""
    store = open_store()
    request = TrainRequest(find_dataset(store, STARTER))
    for title in ("first", "second"):
        start = perf_counter()
        run = train_head_run(store, request)
        epochs = sum(epoch.seconds for epoch in run.card.history)
        print(
            f"{title} training: {perf_counter() - start:.2f} s in all, {epochs:.3f} s of it the ten epochs"
        )


def server_start_and_weight() -> None:
    """A fresh data folder: until the first paint, until the first answer.

    Memory after an upload.
    """
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        begin = perf_counter()
        server = start_server(Path(folder) / "home", 8573)
        try:
            ready = perf_counter() - begin
            page = chromium.new_page()
            for visit in ("first", "second"):
                start = perf_counter()
                page.goto("http://localhost:8573")
                page.get_by_role("heading", name="Cactus, succulent or tree?").wait_for(
                    timeout=60_000
                )
                painted = perf_counter() - start
                page.get_by_role("heading", name="This looks like a cactus").wait_for(
                    timeout=60_000
                )
                print(
                    f"{visit} visit: first paint after {painted:.1f} s, answer after {perf_counter() - start:.1f} s"
                )
            start = perf_counter()
            page.locator("input[type=file]").set_input_files(STARTER_PHOTOS / A_TREE)
            page.get_by_role("heading", name="This looks like a tree").wait_for(timeout=60_000)
            print(
                f"upload answered after {perf_counter() - start:.2f} s; server ready {ready:.1f} s after its start"
            )
            print(
                f"server after classifying: {psutil.Process(server.pid).memory_info().rss / 1e6:.0f} MB"
            )
        finally:
            server.kill()
            server.wait()


def streaming_memory(photos: int) -> None:
    """`evaluate` on a folder of many photos: its peak against that of few."""
    for count in (photos // 20, photos):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "tree").mkdir()
            for number in range(count):
                (Path(folder) / "tree" / f"{number}.jpg").symlink_to(
                    STARTER_PHOTOS / f"{number % PHOTOS + 1:04d}.jpg"
                )
            command = [sys.executable, "-m", "model", "evaluate", folder, "--json"]
            with subprocess.Popen(
                command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            ) as process:
                start = perf_counter()
                _, _, usage = os.wait4(process.pid, 0)
                process.returncode = 0
            rate = count / (perf_counter() - start)
            print(
                f"evaluate {count} photos: peak {usage.ru_maxrss / 1000:.0f} MB, {rate:.0f} photos a second"
            )


def main() -> None:
    """Print every figure."""
    # First: a process counts what it was forked from in its own peak.
    streaming_memory(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
    store = open_store()
    import_starter(store)
    classifier = load_classifier(store, SHIPPED)
    answer_against_network(classifier)
    each_backbone()
    for file in sorted(SHIPPED_BACKBONES.glob("*.onnx")):
        many_photos(file.stem, PHOTOS)
    head_training()
    server_start_and_weight()


if __name__ == "__main__":
    main()
