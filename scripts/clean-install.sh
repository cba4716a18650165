#!/usr/bin/env bash
# Proves that a copy of the repository needs nothing but the lock file: no install script is run, the server starts
# with its own PostgreSQL and answers, and a test passes. A few minutes; `npm run clean-install`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
copy=$(mktemp -d)
server=''
finish() {
  if [ -n "$server" ]; then
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  fi
  rm -rf "$copy"
}
trap finish EXIT
git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$copy"
cd "$copy"

npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
npm run --silent build
npx vitest run test/auth/tokens.test.ts test/auth/standings.test.ts

PORT=0 node dist/main.js >server.log 2>&1 &
server=$!
for _ in $(seq 600); do
  url=$(sed -n 's/^ *GraphQL *\(http[^ ]*\).*/\1/p' server.log)
  [ -z "$url" ] || break
  kill -0 "$server" || { cat server.log; exit 1; }
  sleep 0.2
done
answer=$(curl -sS "$url" -H 'content-type: application/json' \
  -d '{"query":"mutation { login(input: {email: \"manager@example.com\", password: \"sample-password\"}) { session { user { role } } } }"}')
case "$answer" in
  *ORDER_MANAGER*) echo "Installed without scripts, started, signed in." ;;
  *) echo "$answer"; exit 1 ;;
esac
