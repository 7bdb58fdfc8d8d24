"""Areole: build an honest image classifier in the browser.

The frame round the pages, and the server; `streamlit run streamlit_app.py`.
"""

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

if get_script_run_ctx(suppress_warning=True):  # A visit
    from pages.shared.frame import run_page

    st.set_page_config(page_title="Areole", page_icon="assets/icon.png", layout="wide")
    st.logo("assets/logo.svg", size="large", icon_image="assets/icon.png")

    page = st.navigation(
        [
            st.Page(
                "pages/classify.py", title="Classify", icon=":material/image_search:", default=True
            ),
            st.Page("pages/evaluate.py", title="Evaluate", icon=":material/grid_view:"),
            st.Page("pages/clean.py", title="Clean", icon=":material/cleaning_services:"),
            st.Page("pages/retrain.py", title="Retrain", icon=":material/model_training:"),
            st.Page("pages/dataset.py", title="Dataset", icon=":material/photo_library:"),
            st.Page("pages/report.py", title="Report", icon=":material/lab_profile:"),
        ]
    )
    run_page(page)
else:  # The server, which reads this file once to find `app`
    from pages.routes.server import lifespan, middleware, routes

    app = st.App("streamlit_app.py", lifespan=lifespan, middleware=middleware(), routes=routes())
