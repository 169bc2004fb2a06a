"""What Streamlit and Plotly take without us: one slider that moves one chart of five curves."""

import math

import plotly.graph_objects as go
import streamlit as st  # noqa: TID251 (a page of its own, to compare with)

frequency = st.slider("Frequency", 1, 9, 1, key="frequency")
x = [i / 10 for i in range(60)]
curves = [[math.sin(frequency * v + phase) for v in x] for phase in range(5)]
st.plotly_chart(go.Figure([go.Scatter(x=x, y=y, mode="lines") for y in curves]), key="chart")
