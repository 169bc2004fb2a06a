"""The lesson on Inception, third part: what becomes of the auxiliary classifiers."""

import streamlit as st

from viz_models.digits import count, percent
from viz_models.figures.vision import inception as figures
from viz_models.language import gettext as _
from viz_models.ui.kit.charts import kept, show
from viz_models.ui.kit.controls import chips
from viz_models.ui.kit.look import figure_look
from viz_models.ui.results.vision import inception as results

MODES = {"train": "train", "eval": "eval"}  # links show what the chips say


def facts() -> dict[str, str]:
    """Return what the text of this part may name."""
    ran = results.modules_run()
    return {
        "all_parameters": count(ran.parameters),
        "aux_parameters": count(ran.auxiliary_parameters),
        "aux_share": percent(ran.auxiliary_parameters / ran.parameters),
        "outputs_in_training": ", ".join(f"`{f}`" for f in ran.train_outputs),
    }


def draw_modules() -> None:
    """Draw which modules of torchvision's GoogLeNet run in train and in eval mode."""
    with st.container(border=True):
        mode = chips(_("Mode"), MODES, key="mode", default="train", show=_("Mode"))
        ran = results.modules_run()
        fig = kept(figures.modules, ran, training=mode == "train", **figure_look())
        show(fig, "modules_run", wide=True)
        st.caption(_("measured now · by hooks on torchvision's googlenet"))
