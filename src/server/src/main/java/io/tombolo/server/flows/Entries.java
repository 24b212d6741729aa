package io.tombolo.server.flows;

import io.envoyproxy.envoy.data.accesslog.v3.AccessLogCommon;
import io.envoyproxy.envoy.data.accesslog.v3.HTTPAccessLogEntry;
import io.envoyproxy.envoy.data.accesslog.v3.HTTPRequestProperties;
import io.envoyproxy.envoy.data.accesslog.v3.TCPAccessLogEntry;
import io.envoyproxy.envoy.data.accesslog.v3.TLSProperties;
import io.tombolo.mesh.catalog.Protocol;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.policy.Request;
import io.tombolo.mesh.traffic.Flow;
import io.tombolo.mesh.traffic.Reporting;
import io.tombolo.xds.translate.Reports;
import java.util.HashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Entries of access logs as flows.
///
/// @param to what the calls are to
/// @param name of the log
/// @param known may there be such a caller?
/// @param refused told of each entry that is none
record Entries(
    Admission.Outcome.Admitted to,
    Reports.Name name,
    Predicate<SpiffeId> known,
    Consumer<Refusal> refused) {
  /// So many characters all that is kept of a call may have, so that flows have a most in bytes
  /// too.
  private static final int LONGEST = 1024;

  private static final String METHOD = ":method";
  private static final String DENIED_BY_RULES = "rbac_access_denied";

  /// Why an entry is no flow.
  private static final class NoFlow extends Exception {
    private static final long serialVersionUID = 1;
    private final Refusal why;

    NoFlow(Refusal why) {
      super(why.words(), null, false, false);
      this.why = why;
    }
  }

  private interface Step {
    Flow flow() throws NoFlow;
  }

  void requests(List<HTTPAccessLogEntry> entries, Consumer<Flow> flows) {
    entries.forEach(entry -> attempt(() -> request(entry), flows));
  }

  void connections(List<TCPAccessLogEntry> entries, Consumer<Flow> flows) {
    entries.forEach(entry -> attempt(() -> connection(entry), flows));
  }

  private void attempt(Step step, Consumer<Flow> flows) {
    try {
      flows.accept(step.flow());
    } catch (NoFlow none) {
      refused.accept(none.why);
    }
  }

  /// Rules are asked when the first byte comes. What was let in without one was not judged.
  private Flow connection(TCPAccessLogEntry entry) throws NoFlow {
    if (name.kind() == Reports.Kind.REQUESTS || to.port().protocol() != Protocol.TCP) {
      throw new NoFlow(Refusal.UNREADABLE);
    }
    if (name.kind() == Reports.Kind.LET_IN
        && entry.getConnectionProperties().getReceivedBytes() == 0) {
      throw new NoFlow(Refusal.UNJUDGED);
    }
    var request = Request.connection(caller(entry.getCommonProperties()), to.port().number());
    return new Flow(
        to.service(), to.workload(), request, Set.of(), name.kind() == Reports.Kind.LET_IN);
  }

  private Flow request(HTTPAccessLogEntry entry) throws NoFlow {
    if (name.kind() != Reports.Kind.REQUESTS || !to.port().protocol().isHttp()) {
      throw new NoFlow(Refusal.UNREADABLE);
    }
    boolean allowed = allowed(entry);
    var recorded =
        name.headers().stream()
            .filter(header -> !Reporting.isSecret(header))
            .limit(Reporting.MOST_HEADERS)
            .collect(Collectors.toUnmodifiableSet());
    var written = entry.getRequest();
    var headers = new HashMap<String, String>();
    for (var header : recorded) {
      var value = written.getRequestHeadersMap().get(header);
      if (value != null) {
        headers.put(header, printable(value));
      }
    }
    var caller = caller(entry.getCommonProperties());
    var http = new Request.Http(method(written), path(written), headers);
    requireShort(
        Stream.of(
                Stream.of(caller.toString(), http.method(), http.path()),
                headers.values().stream(),
                recorded.stream())
            .flatMap(texts -> texts));
    var request = new Request(caller, to.port().number(), http);
    return new Flow(to.service(), to.workload(), request, recorded, allowed);
  }

  /// What is refused by rules says so, and what is not comes to where it is sent on.
  private static boolean allowed(HTTPAccessLogEntry entry) throws NoFlow {
    if (entry.getResponse().getResponseCodeDetails().startsWith(DENIED_BY_RULES)) {
      return false;
    }
    if (entry.getCommonProperties().getUpstreamRequestAttemptCount() > 0) {
      return true;
    }
    throw new NoFlow(Refusal.UNJUDGED);
  }

  private SpiffeId caller(AccessLogCommon common) throws NoFlow {
    var names = common.getTlsProperties().getPeerCertificateProperties().getSubjectAltNameList();
    if (names.size() != 1 || !names.getFirst().hasUri()) {
      throw new NoFlow(Refusal.UNREADABLE);
    }
    return caller(names.getFirst());
  }

  private SpiffeId caller(TLSProperties.CertificateProperties.SubjectAltName name) throws NoFlow {
    try {
      var caller = SpiffeId.parse(name.getUri());
      if (known.test(caller)) {
        return caller;
      }
    } catch (IllegalArgumentException noSpiffeId) {
      throw new NoFlow(Refusal.UNREADABLE);
    }
    throw new NoFlow(Refusal.UNKNOWN_CALLER);
  }

  private static String method(HTTPRequestProperties written) throws NoFlow {
    var method = written.getRequestHeadersMap().getOrDefault(METHOD, "");
    if (method.isEmpty()) {
      throw new NoFlow(Refusal.UNREADABLE);
    }
    return printable(method);
  }

  /// Without query and fragment, as rules see it.
  private static String path(HTTPRequestProperties written) throws NoFlow {
    var path = written.getPath();
    int end = path.length();
    for (char mark : new char[] {'?', '#'}) {
      int at = path.indexOf(mark);
      end = at < 0 ? end : Math.min(end, at);
    }
    return printable(path.substring(0, end));
  }

  private static String printable(String text) throws NoFlow {
    if (text.chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
      throw new NoFlow(Refusal.UNREADABLE);
    }
    return text;
  }

  private static void requireShort(Stream<String> texts) throws NoFlow {
    if (texts.mapToInt(String::length).sum() > LONGEST) {
      throw new NoFlow(Refusal.TOO_LONG);
    }
  }
}
