# Shared by the scripts of this folder: where things are, and the settings.
# Source it; it changes nothing but shell variables until a function is called.
# shellcheck shell=bash disable=SC2034

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)

say() { printf '%s\n' "$@"; }
warn() { printf 'haat: %s\n' "$*" >&2; }
die() {
	warn "$*"
	exit 1
}

# ---- settings --------------------------------------------------------------

# Values of the settings by name: the environment's, else the file's.
declare -A SETTING
# Names in the order of the files, each once.
SETTING_NAMES=()

ENV_FILE=${ENV_FILE:-$ROOT/.env}

setting() { printf '%s' "${SETTING[$1]:-${2:-}}"; }

random_hex() { od -An -N"$1" -tx1 /dev/urandom | tr -d ' \n'; }

# Writes the settings file of a new checkout. Other processes of the same user
# may do it at the same moment, so the finished file is linked into place.
make_env_file() {
	local line made
	[[ ! -e $ENV_FILE ]] || return 0
	made=$(umask 077 && mktemp "$ENV_FILE.XXXXXX") || die "cannot write $ENV_FILE"
	while IFS= read -r line || [[ -n $line ]]; do
		case $line in
		\#*) ;;
		*=example-*) line=${line%%=*}=$(random_hex 32) ;;
		*=rzp_test_example) line=${line%%=*}=rzp_test_$(random_hex 7) ;;
		esac
		printf '%s\n' "$line"
	done <"$ROOT/.env.example" >"$made"
	# A folder that several users share keeps the owner of the checkout.
	if [[ $(id -u) == 0 ]]; then chown --reference="$(dirname "$ENV_FILE")" "$made"; fi
	ln "$made" "$ENV_FILE" 2>/dev/null && warn "wrote $ENV_FILE with fresh secrets"
	rm -f "$made"
}

# $1 file, $2: also "#NAME=" lines, for their names only.
read_settings() {
	local line name shown
	while IFS= read -r line || [[ -n $line ]]; do
		shown=
		if [[ $2 == names && $line =~ ^#[A-Z][A-Z0-9_]*= ]]; then
			line=${line#\#}
			shown=1
		fi
		[[ $line =~ ^[A-Za-z_][A-Za-z0-9_]*= ]] || continue
		name=${line%%=*}
		if [[ ! -v KNOWN[$name] ]]; then
			KNOWN[$name]=1
			SETTING_NAMES+=("$name")
		fi
		# The example gives names, never values: a secret that is in neither
		# the file nor the environment must count as missing.
		[[ $2 == values && -z $shown ]] && SETTING[$name]=${line#*=}
	done <"$1"
	return 0
}

load_settings() {
	local name
	declare -gA KNOWN=()
	make_env_file
	[[ -r $ENV_FILE ]] || die "cannot read $ENV_FILE"
	read_settings "$ROOT/.env.example" names
	read_settings "$ENV_FILE" values
	for name in "${SETTING_NAMES[@]}"; do
		if [[ -v $name ]]; then SETTING[$name]=${!name}; fi
	done

	MODE=${MODE:-$(setting MODE release)}
	PORT=${PORT:-$(setting PORT 8000)}
	BIND=${BIND:-$(setting BIND 127.0.0.1)}
	STATE_DIR=${STATE_DIR:-$(setting STATE_DIR var)}
	[[ $STATE_DIR == /* ]] || STATE_DIR=$ROOT/$STATE_DIR
	SITE_DOMAIN=$(setting SITE_DOMAIN)
	HTTP_PORT=$(setting HTTP_PORT 80)
	HTTPS_PORT=$(setting HTTPS_PORT 443)

	# These stand in a configuration file that lighttpd reads, so nothing
	# may be able to end its string.
	local unsafe='["'\''$\\[:cntrl:]]'
	[[ ! $STATE_DIR$ROOT =~ $unsafe ]] || die "quotes, dollars and backslashes cannot be in STATE_DIR or the path of the checkout"
	for name in PORT HTTP_PORT HTTPS_PORT; do
		[[ ${!name} =~ ^0*[1-9][0-9]{0,4}$ ]] || die "$name is no port number: ${!name}"
		((10#${!name} <= 65535)) || die "$name is no port number: ${!name}"
	done
	[[ $BIND =~ ^[0-9A-Fa-f.:]+$ ]] || die "BIND is no address: $BIND"
	[[ $SITE_DOMAIN =~ ^[A-Za-z0-9.-]*$ ]] || die "SITE_DOMAIN is no host name: $SITE_DOMAIN"
	DEMO_SCALE=$(setting DEMO_SCALE 2000)
	[[ $DEMO_SCALE =~ ^(0|[1-9][0-9]{2,7})$ ]] || die "DEMO_SCALE is no number of products: $DEMO_SCALE"
	DEMO_LINES=$(setting DEMO_LINES)
	[[ $DEMO_LINES =~ ^([1-9][0-9]{2,7})?$ ]] || die "DEMO_LINES is no number of order lines: $DEMO_LINES"
	[[ $(setting HSTS_MAX_AGE) =~ ^[0-9]*$ ]] || die "HSTS_MAX_AGE is no number of seconds"
	[[ $(setting TRUSTED_PROXIES) =~ ^[0-9A-Fa-f.:/,\ ]*$ ]] || die "TRUSTED_PROXIES is no list of addresses"
	[[ $MODE =~ ^[a-z]+$ ]] || die "MODE is no build mode: $MODE"
	BUILD=$ROOT/build/$MODE
}

# ---- PostgreSQL ------------------------------------------------------------

# The programs of the newest installed version, or of version $1.
postgres_bin() {
	local folder
	folder=$(printf '%s\n' /usr/lib/postgresql/*/bin | grep "/${1:-[0-9]*}/bin" | sort -V | tail -n 1)
	[[ -x $folder/psql ]] || return 1
	printf '%s' "$folder"
}

url_decode() {
	local text=${1//\\/\\\\}
	printf '%b' "${text//%/\\x}"
}

# Turns a connection address into libpq's variables, so that no password stands
# on a command line where every user of the machine can read it.
export_libpq() {
	local rest=$1 pair name value query=
	# Whatever the caller's shell has set for another database.
	unset "${!PG@}"
	if [[ $rest =~ ^postgres(ql)?:// ]]; then
		rest=${rest#*://}
		[[ $rest != *\?* ]] || query=${rest#*\?} rest=${rest%%\?*}
		if [[ $rest == */* ]]; then
			PGDATABASE=$(url_decode "${rest#*/}")
			rest=${rest%%/*}
		fi
		if [[ $rest == *@* ]]; then
			name=${rest%@*} rest=${rest##*@}
			PGUSER=$(url_decode "${name%%:*}")
			[[ $name != *:* ]] || PGPASSWORD=$(url_decode "${name#*:}")
		fi
		if [[ $rest =~ ^(\[[^]]*\]|[^:]*):([0-9]+)$ ]]; then
			PGHOST=${BASH_REMATCH[1]} PGPORT=${BASH_REMATCH[2]}
		else
			PGHOST=$rest
		fi
		PGHOST=$(url_decode "$PGHOST") PGHOST=${PGHOST#[} PGHOST=${PGHOST%]}
		query=${query//&/ }
	else
		query=$rest
	fi
	for pair in $query; do
		name=${pair%%=*} value=${pair#*=}
		[[ $1 != *://* ]] || value=$(url_decode "$value")
		case $name in
		host) PGHOST=$value ;;
		port) PGPORT=$value ;;
		user) PGUSER=$value ;;
		password) PGPASSWORD=$value ;;
		dbname) PGDATABASE=$value ;;
		connect_timeout) export PGCONNECT_TIMEOUT=$value ;;
		sslmode | sslrootcert | sslcert | sslkey | sslcrl | options) export "PG${name^^}=$value" ;;
		application_name) ;;
		*) die "do not know the connection parameter $name" ;;
		esac
	done
	# Empty variables mean "the default" to libpq only when unset.
	for name in PGHOST PGPORT PGUSER PGPASSWORD PGDATABASE; do
		if [[ -n ${!name:-} ]]; then export "${name?}"; else unset "$name"; fi
	done
}
