"""Parts that several pages share. Streamlit makes no page of a sub-folder."""
