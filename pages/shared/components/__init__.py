"""Components of our own, for what Streamlit's widgets cannot do; few and small."""
