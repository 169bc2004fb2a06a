from viz_models.analysis.export import source as source
from viz_models.analysis.flow.arithmetic.calculate import calculation as calculation
from viz_models.analysis.flow.prediction import prediction as prediction
from viz_models.analysis.flow.preprocess import prepare_for
from viz_models.analysis.normalization.normalize import normalize as normalize
from viz_models.analysis.pricing.price import price as price
from viz_models.images.decode import decode as decode
from viz_models.images.samples import load
from viz_models.models.builder import build as build
from viz_models.models.builder.presets import preset as preset
from viz_models.notebook import compare as compare
from viz_models.notebook import trace as trace
from viz_models.records import *
from viz_models.training.loop.loop import train as train

FUNCTIONS: dict[str, str]
load_sample = load
prepare = prepare_for
