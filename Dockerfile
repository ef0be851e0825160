# One image for every process; docker-compose.yml says which one a container runs.
FROM python:3.13.7-slim-bookworm

WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir --only-binary :all: -r requirements.txt

# The sandbox payment company keeps its book in /data; nothing else writes to disk.
RUN useradd --system --uid 10001 --create-home frontrow && install -d -o frontrow -g frontrow /data
COPY . .
USER frontrow

ENV PYTHONUNBUFFERED=1 HOST=0.0.0.0 PORT=8000 GATEWAY_PORT=8001 GATEWAY_DATA=/data/gateway
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
CMD ["gunicorn", "wsgi:app"]
