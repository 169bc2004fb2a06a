"""What Streamlit takes without us: `streamlit run benchmarks/empty/page.py`."""

import streamlit as st  # noqa: TID251 (a page of its own, to compare with)

st.title("A title and nothing else")
