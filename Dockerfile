# docker build -t forward-pass .                                                     a CPU: about 2 GB
# docker build -t forward-pass:cuda --build-arg TORCH=https://pypi.org/simple .      CUDA: about 8 GB
FROM python:3.12-slim-bookworm AS build
ARG TORCH=https://download.pytorch.org/whl/cpu
# Names of torchvision's models whose ImageNet weights are baked in; "" for none.
ARG WEIGHTS="resnet18 vit_b_16"
ENV PATH=/opt/venv/bin:$PATH PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 TORCH_HOME=/opt/torch
WORKDIR /app
COPY requirements.txt ./
RUN python -m venv /opt/venv \
 && grep -E '^(torch|torchvision)==' requirements.txt > torch.txt \
 && pip install --index-url "$TORCH" --extra-index-url https://pypi.org/simple -r torch.txt \
 && pip install -r requirements.txt
COPY app.py LICENSE ./
COPY .streamlit ./.streamlit
COPY lessons ./lessons
COPY pages ./pages
COPY pretrained ./pretrained
COPY viz_models ./viz_models
RUN mkdir -p /opt/torch \
 && if [ -n "$WEIGHTS" ]; then python -m viz_models weights fetch $WEIGHTS; fi \
 && python -m compileall -q viz_models pages app.py

FROM python:3.12-slim-bookworm
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install -y --no-install-recommends tini \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --create-home --uid 1000 learner \
 && install -d -o learner -g learner /data
COPY --from=build /opt/venv /opt/venv
COPY --from=build /opt/torch /opt/torch
COPY --from=build /app /app
# /app belongs to root: who runs may write to /data and /tmp alone.
ENV PATH=/opt/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    FORWARD_PASS_HOSTED=1 FORWARD_PASS_HOME=/data \
    TORCH_HOME=/opt/torch PORT=8501
WORKDIR /app
USER 1000:1000
VOLUME /data
EXPOSE 8501
HEALTHCHECK --start-period=60s CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f\"http://127.0.0.1:{os.environ['PORT']}/healthz\", timeout=5)"]
ENTRYPOINT ["tini", "--"]
CMD ["python", "-m", "viz_models", "serve"]
