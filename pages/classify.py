"""Upload photos, take one, or pick an example: ranked classes, evidence, look-alikes, and "not sure" where it is."""

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from model.catalogue.dataset import Dataset, examples
from model.catalogue.starter import STARTER, starter_examples
from model.catalogue.store import Store
from model.catalogue.workspaces import MAX_ASKED, Asked, ask_about, asked_photos, filed_photos, forget_loose
from model.classify.answer import Answer
from model.cleaning.decisions import tell_label, withdraw_photo
from model.csv_files import as_csv
from model.errors import NotFound, PhotoRefused, QuotaReached
from model.evaluation.confidence import Trust
from model.photos.image import MAX_MEGABYTES, open_photo
from model.runs.run import Run
from model.settings import hosting
from pages.shared import state
from pages.shared.answer import show_answer
from pages.shared.colours import class_badge
from pages.shared.frame import require_frame, require_run
from pages.shared.gallery import Card, show_cards
from pages.shared.progress import progress_bar
from pages.shared.resources import get_answer, get_dataset, get_run, get_store, prepare_look_alikes
from pages.shared.words import HOW_IT_WORKS, count, plain, question, verdict

UPLOAD, CAMERA, EXAMPLES = "Upload", "Camera", "Examples"
FILE_TYPES = ["image", "heic", "heif", "avif"]  # Some systems do not know the last three as images.
MAX_UPLOAD = 20
PLACES = {
    "train": "From the train split, filed under {label}. I learned from this very photo, so my answer proves little.",
    "valid": "From the validation split, filed under {label}. I never learned from it.",
    "test": "From the test split, filed under {label}. I never learned from it, and it stays as it is so that it can judge fairly.",
}
DOUBTFUL_FIRST = (Trust.UNFAMILIAR, Trust.UNSURE, Trust.SURE)


def ask_for_photos(store: Store, workspace: str, dataset: Dataset, run: Run, to_try: dict[str, list[str]]) -> None:
    """Take photos from disk or camera into the workspace, or choose an example."""
    ways = (UPLOAD, CAMERA, EXAMPLES) if hosting().uploads else (EXAMPLES,)
    way = st.segmented_control(
        "Where from", ways, default=ways[0], required=True, key="classify_way", label_visibility="collapsed", width="stretch"
    )
    files: list[UploadedFile] = []
    if way == UPLOAD:
        label = f"Photos, up to {MAX_UPLOAD} at once"
        files = st.file_uploader(
            label, FILE_TYPES, accept_multiple_files=True, max_upload_size=MAX_MEGABYTES, key=state.uploader_key("classify")
        )
    elif way == CAMERA:
        taken = st.camera_input(
            "Hold something up to the camera", resolution="720p", key=state.uploader_key("classify") + "_camera"
        )
        files = [taken] if taken else []
    else:
        show_examples(dataset, to_try)
    if files:
        keep_uploads(store, workspace, run, [(file.name, file.getvalue()) for file in files])
        st.rerun()
    if state.refused_files():
        st.warning("  \n".join(state.refused_files()), icon=":material/broken_image:")
    with st.expander("How it works", icon=":material/school:"):
        st.markdown(HOW_IT_WORKS)
    st.caption(
        "Photos are shrunk, stripped of location and camera data, and kept in your workspace until you remove them; "
        f"the newest {MAX_ASKED}, and all that you file under a class."
    )


def keep_uploads(store: Store, workspace: str, run: Run, files: list[tuple[str, bytes]]) -> None:
    """Let each file through the gate and answer it; one bad file spoils nothing."""
    refused = [f"{plain(name)}: left out, {MAX_UPLOAD} at a time is the most." for name, _ in files[MAX_UPLOAD:]]
    kept = []
    try:
        prepare_look_alikes(run.card.id)
        with progress_bar("Looking at your photos") as progress:
            for done, (name, data) in enumerate(files[:MAX_UPLOAD], start=1):
                progress(done, min(len(files), MAX_UPLOAD))
                try:
                    photo = open_photo(data)
                except PhotoRefused as refusal:
                    refused.append(f"{plain(name)}: {refusal}")
                    continue
                ask_about(store, workspace, photo, name)
                get_answer(photo.sha256, run.card.id)
                kept.append(photo.sha256)
    finally:
        state.empty_uploader()
    state.set_refused_files(refused)
    if kept:
        state.select_photo(kept[0])


def ask_for_label(store: Store, workspace: str, photo: str, dataset: Dataset, *, own: bool) -> None:
    """Let the visitor say what a photo really shows: her own joins the training photos, one of the dataset's is relabelled."""
    member, filed = dataset.member(photo), photo in filed_photos(store, workspace)
    if member is not None and (member.split == "test" or not (own or filed)):
        st.caption(PLACES[member.split].format(label=plain(member.label)))
    if member is not None and member.split == "test":
        return
    label = member.label if member else None
    told = st.pills(
        "Wrong? Tell it what this is",
        dataset.classes,
        format_func=plain,
        default=label,
        required=True,
        wrap=True,
        key=f"classify_told_{photo}_{label}",
    )
    if told is not None and told != label:
        tell_label(store, workspace, photo, told)
        st.rerun()
    if filed:
        follows = "the next retraining learns from it" if member and member.split == "train" else "the figures on Evaluate follow"
        st.caption(f"Filed under {plain(str(label))}: {follows}.")
        if st.button("Take it back", icon=":material/undo:", key="classify_withdraw"):
            withdraw_photo(store, workspace, photo)
            st.rerun()


def show_own_photos(store: Store, workspace: str, asked: list[Asked], run: Run) -> None:
    """All of the visitor's photos, the doubtful first, as cards and as a table to take away."""
    answers = {one.photo: answer for one in asked if (answer := _answer_if_there(one.photo, run)) is not None}
    here = [one for one in asked if one.photo in answers]
    here.sort(key=lambda one: (DOUBTFUL_FIRST.index(answers[one.photo].trust), answers[one.photo].probability))
    st.subheader(f"Your {count(len(asked), 'photo')}", anchor=False)
    doubtful = sum(answer.trust is not Trust.SURE for answer in answers.values())
    first = f"{doubtful} of {len(here)} I am not sure about; they come first." if doubtful else "I am sure about all of them."
    lost = f" {count(len(asked) - len(here), 'photo')} can no longer be read." if len(here) < len(asked) else ""
    st.caption(first + lost, help="Choose a label to look closer.")
    cards = [Card(one.photo, _short(answers[one.photo], one.name), f"{one.name}: {verdict(answers[one.photo])}") for one in here]
    show_cards(cards, key="classify_own", on_pick=state.select_photo)
    with st.container(horizontal=True):
        table = as_csv([_row(one, answers[one.photo]) for one in here])
        st.download_button("Download as CSV", table, "areole.csv", "text/csv", icon=":material/download:", on_click="ignore")
        with st.popover("Remove my photos", icon=":material/delete:"):
            st.write("They are destroyed, except those you filed under a class.")
            if st.button("Remove them", type="primary", key="classify_forget"):
                forget_loose(store, workspace)
                state.deselect_photo()
                st.rerun()


def _answer_if_there(photo: str, run: Run) -> Answer | None:
    try:
        return get_answer(photo, run.card.id)
    except NotFound:
        return None


def _short(answer: Answer, name: str) -> str:
    badge = f"{class_badge(answer.classes, answer.best)} {answer.probability:.0%}"
    said = {Trust.SURE: badge, Trust.UNSURE: f":gray-badge[not sure] {badge}", Trust.UNFAMILIAR: ":gray-badge[none of them]"}
    return f"{said[answer.trust]}  \n:small[{plain(name[:24])}]"


def _row(one: Asked, answer: Answer) -> dict[str, object]:
    shares = {name: round(float(share), 4) for name, share in zip(answer.classes, answer.probabilities, strict=True)}
    return {"file": one.name, "label": answer.best, "trust": str(answer.trust), **shares}


def show_examples(dataset: Dataset, to_try: dict[str, list[str]]) -> None:
    """Photos to try, three of each class."""
    cards = [
        Card(photo, class_badge(dataset.classes, name), f"Example {number} of {name}")
        for name, photos in to_try.items()
        for number, photo in enumerate(photos, start=1)
    ]
    show_cards(cards, columns=3, width=300, key="classify_examples", on_pick=state.select_photo)


require_frame()
store, workspace = get_store(), state.workspace()
dataset, run = get_dataset(workspace), get_run(require_run(workspace))
asked = asked_photos(store, workspace)
to_try = starter_examples(store) if dataset.name == STARTER else examples(dataset)

st.title(question(run.card.classes), anchor=False)
st.markdown("Show me a photo: I answer, show what in it made me think so, and say when I am not sure.")

ask, answer = st.columns([4, 7], gap="medium")
with ask:
    ask_for_photos(store, workspace, dataset, run, to_try)
own = {one.photo for one in asked}
visible = own | {member.photo for member in dataset.members}
wanted = state.selected_photo()
photo = wanted if wanted in visible else next((photo for photos in to_try.values() for photo in photos), None)
with answer, st.container(border=True):
    if wanted not in (photo, None):
        st.info("The photo of this link is no longer here. Upload it again; meanwhile, an example.", icon=":material/info:")
    prepare_look_alikes(run.card.id)
    try:
        if photo is None:
            st.info("This dataset has no photos to try. Upload one.", icon=":material/info:")
        else:
            show_answer(photo, dataset, run)
            ask_for_label(store, workspace, photo, dataset, own=photo in own)
    except (NotFound, QuotaReached) as error:
        st.warning(str(error), icon=":material/broken_image:")
if len(asked) > 1:
    show_own_photos(store, workspace, asked, run)
