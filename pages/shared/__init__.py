"""Parts that several pages share. Streamlit makes no page of a sub-folder.

`state.py` says what the address and the session keep, the workspace among them; `visit.py` what one
rerun looks at; `frame.py` draws the frame; `charts/` every chart; `text.py` the sentences of the
screen ("I am not sure"); `cache/` what is kept between reruns.
"""
