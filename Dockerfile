# One image for the site and all workers; docker-compose.yml gives each its command.
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 SWAPSCOPE_DATA_DIR=/data
WORKDIR /app
COPY pyproject.toml constraints.txt README.md ./
COPY models models
COPY backend backend
COPY worker worker
COPY frontend frontend
COPY example example
COPY launch.py processes.py demo.py server.py ./
RUN pip install -c constraints.txt -e '.[postgres]' \
 && useradd --create-home --uid 1000 swapscope && mkdir /data && chown swapscope /data
USER swapscope
VOLUME /data
