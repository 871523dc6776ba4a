/**
 * What calls that can do harm look like, as data: by what they do and by language, each as tokens between which white space may
 * stand anywhere. A name without anything in front of it is a call of its own, no method of something else.
 */
import type { CodeLanguage } from "../syntax/language";

export type CallKind =
  | "a system command"
  | "a network call"
  | "an end of the whole program"
  | "a disabled check"
  | "code that is made at run time"
  | "an installation of software"
  | "an import of a misspelt package"
  | "hidden code that is run"
  | "a download that is run"
  | "a deletion of whole folders";

export type SignsByLanguage = Readonly<Partial<Record<CodeLanguage, string>>>;

const inC = {
  commands:
    "system( | popen( | execl( | execlp( | execv( | execve( | execvp( | posix_spawn( | WinExec( | ShellExecute(",
  network: "socket( | getaddrinfo( | gethostbyname( | curl_easy_perform( | URLDownloadToFile(",
  ends: "exit( | _exit( | quick_exit( | abort(",
  checks: "SSL_VERIFY_NONE | CURLOPT_SSL_VERIFYPEER, 0 | CURLOPT_SSL_VERIFYHOST, 0",
};
const inScript = {
  commands:
    "execSync( | spawnSync( | execFileSync( | child_process.exec( | child_process.spawn( | cp.exec( | require(\"child_process\") | require('child_process')",
  network:
    "fetch( | axios.get( | axios.post( | axios( | new XMLHttpRequest( | new WebSocket( | http.get( | https.get( | http.request( | https.request( | net.connect( | net.createConnection(",
  ends: "process.exit( | process.abort( | process.kill(",
  checks: "rejectUnauthorized: false | NODE_TLS_REJECT_UNAUTHORIZED",
  made: "eval( | new Function(",
};

/** Tokens of a call end with its opening bracket; signs are separated by ` | `. */
export const callSigns: Readonly<Partial<Record<CallKind, SignsByLanguage>>> = {
  "a system command": {
    python:
      "os.system( | os.popen( | os.execl( | os.execv( | os.execvp( | os.spawnl( | subprocess.Popen( | subprocess.run( | subprocess.call( | subprocess.check_call( | subprocess.check_output( | subprocess.getoutput( | pty.spawn(",
    java: "getRuntime().exec( | new ProcessBuilder(",
    c: inC.commands,
    cpp: inC.commands,
    javascript: inScript.commands,
    typescript: inScript.commands,
    go: "exec.Command( | exec.CommandContext( | syscall.Exec(",
    php: "shell_exec( | exec( | system( | passthru( | proc_open( | popen( | pcntl_exec(",
    "c-sharp": "Process.Start( | new ProcessStartInfo(",
    ruby: 'system( | exec( | spawn( | system " | exec " | spawn " | system \' | exec \' | IO.popen( | Open3.capture2( | Open3.capture2e( | Open3.capture3( | Open3.popen3( | PTY.spawn(',
    rust: "Command::new(",
    lua: "os.execute( | io.popen(",
  },
  "a network call": {
    python:
      "urlopen( | urlretrieve( | requests.get( | requests.post( | requests.put( | requests.request( | socket.socket( | socket.create_connection( | HTTPConnection( | HTTPSConnection( | smtplib.SMTP( | ftplib.FTP( | paramiko.SSHClient(",
    java: ".openConnection( | .openStream( | new Socket( | new ServerSocket( | new DatagramSocket( | HttpClient.newHttpClient( | HttpClients.createDefault( | new DefaultHttpClient(",
    c: inC.network,
    cpp: inC.network,
    javascript: inScript.network,
    typescript: inScript.network,
    go: "http.Get( | http.Post( | http.PostForm( | http.NewRequest( | net.Dial( | net.DialTimeout(",
    php: "curl_exec( | fsockopen( | stream_socket_client( | socket_connect(",
    "c-sharp": "new WebClient( | new HttpClient( | WebRequest.Create( | new TcpClient(",
    ruby: "Net::HTTP.get( | Net::HTTP.post( | Net::HTTP.start( | Net::HTTP.new( | Net::HTTP.get_response( | Net::HTTP.post_form( | URI.open( | TCPSocket.new( | TCPSocket.open( | UDPSocket.new | HTTParty.get( | HTTParty.post( | Faraday.get( | Faraday.post( | RestClient.get( | RestClient.post(",
    rust: "TcpStream::connect( | UdpSocket::bind( | reqwest::get( | reqwest::Client::new( | reqwest::blocking::get( | reqwest::blocking::Client::new( | ureq::get( | ureq::post(",
    bash: "curl | wget | nc | ncat | telnet",
    lua: "socket.tcp( | socket.udp( | socket.connect( | http.request( | https.request( | vim.uv.new_tcp( | ngx.socket.tcp(",
  },
  "an end of the whole program": {
    python: "sys.exit( | os._exit( | os.abort( | os.kill( | exit( | quit(",
    java: "System.exit( | getRuntime().halt( | getRuntime().exit(",
    c: inC.ends,
    cpp: `${inC.ends} | std::exit( | std::abort( | std::terminate(`,
    javascript: inScript.ends,
    typescript: inScript.ends,
    go: "os.Exit( | syscall.Exit( | syscall.Kill(",
    php: "exit( | die( | exit; | die;",
    "c-sharp": "Environment.Exit( | Environment.FailFast( | Application.Exit(",
    ruby: 'exit( | exit!( | abort( | abort " | Process.exit( | Process.kill( | Kernel.exit(',
    rust: "process::exit( | process::abort(",
    bash: "exit | kill -9 | shutdown | reboot",
    lua: "os.exit(",
  },
  "a disabled check": {
    python:
      "verify=False | verify_ssl=False | check_hostname=False | ssl._create_unverified_context | ssl.CERT_NONE | urllib3.disable_warnings( | AutoAddPolicy(",
    java: "ALLOW_ALL_HOSTNAME_VERIFIER | NoopHostnameVerifier | AllowAllHostnameVerifier( | TrustAllStrategy | TrustSelfSignedStrategy | csrf().disable(",
    c: inC.checks,
    cpp: inC.checks,
    javascript: inScript.checks,
    typescript: inScript.checks,
    go: "InsecureSkipVerify: true | InsecureSkipVerify=true | ssh.InsecureIgnoreHostKey(",
    php: "CURLOPT_SSL_VERIFYPEER, false | CURLOPT_SSL_VERIFYPEER, 0 | CURLOPT_SSL_VERIFYHOST, 0 | CURLOPT_SSL_VERIFYHOST, false",
    "c-sharp": "DangerousAcceptAnyServerCertificateValidator | ValidateIssuerSigningKey=false",
    ruby: "VERIFY_NONE | verify: false | verify_ssl: false | ssl_verify: false | skip_before_action :verify_authenticity_token",
    rust: "danger_accept_invalid_certs(true | danger_accept_invalid_hostnames(true | SslVerifyMode::NONE",
    bash: "--no-check-certificate | --insecure | --no-verify | setenforce 0",
    lua: 'verify = "none" | ssl_verify = false',
  },
  "code that is made at run time": {
    python: "eval( | exec( | __import__(",
    javascript: inScript.made,
    typescript: inScript.made,
    php: "eval( | create_function(",
    ruby: 'eval( | eval " | Marshal.load(',
    bash: 'eval " | eval $',
    lua: "load( | loadstring(",
  },
};

export interface CallPattern {
  readonly kind: CallKind;
  readonly name: string;
  /** With the flag `g`. */
  readonly pattern: RegExp;
}

/** What is no sequence of tokens: commands in quotes of their own, and calls without brackets. */
export const callPatterns: Readonly<Partial<Record<CodeLanguage, readonly CallPattern[]>>> = {
  ruby: [
    {
      kind: "a system command",
      name: "`",
      pattern: /`[^`\n]{1,200}`|%x(?:\([^)\n]{1,200}\)|\{[^}\n]{1,200}\}|\[[^\]\n]{1,200}\])/g,
    },
    { kind: "an end of the whole program", name: "exit", pattern: /(?<![\w.:@$])(?:exit!?|abort)(?=\s*(?:\d+\s*)?(?:$|[;}]|\b(?:if|unless)\b))/gm }, // prettier-ignore
  ],
};

export interface TextSign {
  readonly kind: CallKind;
  /** Nothing but harm: no output needs it in good faith. */
  readonly harmful: boolean;
  /** With the flag `g`. */
  readonly pattern: RegExp;
}

const gap = String.raw`[\s"',\[\]]+`;
const shell = String.raw`(?:sudo\s+)?(?:/bin/)?(?:ba|z|da|k)?sh\b`;
const decoders = String.raw`(?:__import__\s*\(\s*["']base64["']\s*\)|base64|codecs|binascii|zlib|marshal|bytes\s*\.\s*fromhex|atob|unescape|decodeURIComponent|Buffer\s*\.\s*from|String\s*\.\s*fromCharCode|Base64\s*\.\s*\w*decode64|base64_decode|gzinflate|gzuncompress|str_rot13|hex2bin)\b`;

/** In any language, and in strings of code: command lines, and what is told by more than its tokens. */
export const textSigns: readonly TextSign[] = [
  {
    kind: "hidden code that is run",
    harmful: true,
    pattern: new RegExp(
      String.raw`\b(?:eval|exec|assert|load|loadstring|new\s+Function)\s*\(?\s*(?:compile\s*\(\s*)?${decoders}[^\n;]{0,200}|\bbase64\s+(?:-d|-D|--decode)\b[^|\n]{0,80}\|\s*${shell}`,
      "g",
    ),
  },
  {
    kind: "a download that is run",
    harmful: true,
    pattern: new RegExp(
      String.raw`\b(?:curl|wget)\b[^|\n]{0,200}\|\s*(?:${shell}|python\d?\b|perl\b|node\b)|\b(?:ba|z)?sh\s+-c\s+[\\"']*\$\(\s*(?:curl|wget)\b[^\n)]{0,200}\)?|\b(?:ba|z)?sh\s+<\(\s*(?:curl|wget)\b[^\n)]{0,200}\)?|/dev/tcp/[\w.-]+/\d+|\bnc(?:at)?\s+(?:-\w+\s+)*-\w*e\s+/bin/(?:ba)?sh|\b(?:iex|Invoke-Expression)\b[^\n]{0,80}(?:DownloadString|Invoke-WebRequest|iwr)\b`,
      "gi",
    ),
  },
  {
    kind: "a deletion of whole folders",
    harmful: true,
    pattern:
      /\brm\s+-(?:rf|fr|r\s+-f|f\s+-r)\s+(?:--no-preserve-root\s+)?["']?(?:\/\*?(?=[\s"';&|)]|$)|~(?!\w)|\$HOME\b)/g,
  },
  {
    kind: "an installation of software",
    harmful: false,
    pattern: new RegExp(
      String.raw`\b(?:pip3?|conda|gem|bundle|cargo|luarocks|apt|apt-get|yum|dnf|brew|apk|go|composer)${gap}(?:install|add|get|require)${gap}[\w@./:=~^+-]+|\b(?:npm|yarn|pnpm)${gap}(?:install|i|add)${gap}[\w@./:=~^+-]+`,
      "g",
    ),
  },
  {
    kind: "a disabled check",
    harmful: false,
    pattern:
      /\bchmod\s+(?:-R\s+)?0?777\b|\bchmod\s*\([^()\n]{1,80},\s*0?o?777\s*\)|\bcheck(?:Server|Client)Trusted\s*\([^)]*\)\s*(?:throws[\s\w.,]+)?\{\s*\}|\bsetHostnameVerifier\s*\(\s*\(\s*\w+\s*,\s*\w+\s*\)\s*->\s*true\s*\)|\bServerCertificateValidationCallback\s*\+?=[^;]{0,120}(?:=>\s*true|return\s+true)|["']verify_peer(?:_name)?["']\s*=>\s*false|\bcurl\s+(?:-\w+\s+)*(?:-k|--insecure)\b|\bStrictHostKeyChecking[=\s]+no\b/g,
  },
];
