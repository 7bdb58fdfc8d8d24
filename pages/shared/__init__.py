"""What several pages draw and keep. Streamlit makes no page of a sub-folder."""
