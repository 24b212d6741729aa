package io.tombolo.mesh.policy;

import io.tombolo.mesh.catalog.Names;
import io.tombolo.mesh.catalog.Service;
import io.tombolo.mesh.policy.Intention.Action;
import io.tombolo.mesh.policy.Intention.Otherwise;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/// Something that whoever wrote an intention should know: where strict meshes and Consul decide
/// otherwise, or where it does not do what it seems to.
///
/// @param where the port it is about, as `<service>:<port>`; empty if it is so everywhere
public record Finding(Code code, Intention intention, String where) {
  /// What it is. The names in lower case with hyphens are stable.
  public enum Code {
    /// An error of the object.
    REQUESTS_ON_TCP(
        "its permissions are about requests, which are not understood on this port: whoever it is"
            + " about is denied there; declare the protocol of the port, or decide on connections"),
    REST_BY_DEFAULT(
        "a request that none of its permissions matches is denied where strict; Consul gives it the"
            + " default of the mesh, and asks no other intention"),
    TOKEN_OR_NEXT(
        "without the token that it asks for a request is denied where strict; Consul asks the next"
            + " intention"),
    HEADER_MISSING(
        "a permission that denies other values of a header denies it where it is missing too where"
            + " strict; Consul passes it over"),
    HEADER_LIST(
        "it looks at the value of a header: where strict, a request to this service is denied if"
            + " that header comes more than once or is a list with commas; Consul's proxies look at"
            + " each value"),
    HEADER_NEVER(
        "it looks for a comma, or for a blank at an end, in a header: where strict such requests"
            + " are denied, and it never matches"),
    PATH_SPELLING(
        "a path that is denied has other spellings, for signs besides letters, digits, - . _ ~ and"
            + " / may be escaped: deny each, or allow what may be called instead"),
    HOST_CASE("the case of hosts does not count, but does here: set IgnoreCase"),
    OVERTAKES(
        "Consul's proxies prefer it, unless it is the default of the mesh, to what is said of every"
            + " source and one destination, in spite of its lower precedence; where strict,"
            + " precedence counts");

    private final String meaning;

    Code(String meaning) {
      this.meaning = meaning;
    }

    /// Its stable name.
    public String label() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// What it means and what to do, in a sentence.
    public String meaning() {
      return meaning;
    }

    /// Is the object at fault?
    public boolean isError() {
      return this == REQUESTS_ON_TCP;
    }
  }

  /// What is to be said of an intention by itself.
  public static Stream<Finding> of(Intention intention) {
    return Stream.of(Code.values())
        .filter(code -> is(code, intention))
        .map(code -> new Finding(code, intention, ""));
  }

  /// Which intentions cannot mean at ports of this service what they say.
  ///
  /// @param policy of the service
  public static Stream<Finding> at(Service service, InboundPolicy policy) {
    return service.ports().stream()
        .filter(port -> !port.protocol().isHttp())
        .flatMap(port ->
            policy.rules().stream()
                .map(Rule::intention)
                .distinct()
                .filter(intention -> intention.otherwise() != Otherwise.NEXT)
                .filter(Intention::ofRequests)
                .map(intention ->
                    new Finding(
                        Code.REQUESTS_ON_TCP, intention, service.id() + ":" + port.number())));
  }

  private static boolean is(Code code, Intention intention) {
    return switch (code) {
      case REQUESTS_ON_TCP -> false;
      case REST_BY_DEFAULT ->
          intention.otherwise() == Otherwise.DEFAULT
              && intention.permissions().stream()
                  .noneMatch(permission -> permission.condition().equals(Condition.always()));
      case TOKEN_OR_NEXT -> !intention.given().equals(Condition.always());
      case HEADER_MISSING ->
          intention.permissions().stream()
              .anyMatch(permission ->
                  !Strictly.of(permission.condition(), permission.action() == Action.DENY)
                      .equals(permission.condition()));
      case HEADER_LIST -> headers(intention.permissions()).findAny().isPresent();
      case HEADER_NEVER ->
          headers(intention.permissions())
              .anyMatch(header -> InboundPolicy.isUnclear(header.test().value()));
      case PATH_SPELLING ->
          intention.permissions().stream()
              .filter(permission -> permission.action() == Action.DENY)
              .flatMap(permission -> permission.condition().parts())
              .anyMatch(Finding::hasOtherSpellings);
      case HOST_CASE ->
          headers(intention.permissions())
              .anyMatch(header ->
                  List.of("host", ":authority").contains(header.name())
                      && !header.test().ignoreCase());
      case OVERTAKES -> intention.ofOneSourceToEveryone();
    };
  }

  /// The tests of headers' values.
  private static Stream<Condition.Header> headers(List<Permission> permissions) {
    return permissions.stream()
        .flatMap(permission -> permission.condition().headers())
        .filter(Condition.Header::testsValue);
  }

  private static boolean hasOtherSpellings(Condition part) {
    return part instanceof Condition.Path(var test)
        && !test.value().chars().allMatch(c -> Names.isAlphanumeric(c) || "/-._~".indexOf(c) >= 0);
  }
}
