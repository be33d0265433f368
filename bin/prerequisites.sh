# Sourced by bin/demo and bin/test: says what is missing before anything else fails less clearly.

fail() {
  printf '%s: %s\n' "${0##*/}" "$1" >&2
  exit 1
}

require_tools() {
  if [ -n "${JAVA_HOME:-}" ] && [ -x "$JAVA_HOME/bin/javac" ]; then
    PATH=$JAVA_HOME/bin:$PATH
    export PATH
  fi
  command -v java >/dev/null 2>&1 && command -v javac >/dev/null 2>&1 ||
    fail 'a JDK 17 or later is needed, and no java and javac are on the PATH (Debian: apt-get install openjdk-17-jdk-headless)'
  java_major=$(javac -version 2>&1 | sed -n 's/^javac \([0-9][0-9]*\).*/\1/p')
  [ "${java_major:-0}" -ge 17 ] || fail "a JDK 17 or later is needed; this one is $(javac -version 2>&1)"
  command -v mvn >/dev/null 2>&1 || fail 'Maven is needed, and no mvn is on the PATH (Debian: apt-get install maven)'
  command -v npm >/dev/null 2>&1 && command -v node >/dev/null 2>&1 ||
    fail 'Node 20 or later with npm is needed, and no node and npm are on the PATH'
  node_major=$(node -p 'process.versions.node.split(".")[0]')
  [ "$node_major" -ge 20 ] || fail "Node 20 or later is needed; this one is $(node --version)"
}
