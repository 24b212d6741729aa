package io.tombolo.server.model;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.deser.std.FromStringDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import com.fasterxml.jackson.databind.util.StdConverter;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.tombolo.mesh.catalog.EndpointSet;
import io.tombolo.mesh.catalog.HttpProfile;
import io.tombolo.mesh.catalog.Item;
import io.tombolo.mesh.catalog.Refused;
import io.tombolo.mesh.catalog.Service;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.policy.Condition;
import io.tombolo.mesh.policy.Intention;
import io.tombolo.mesh.policy.Intention.Action;
import io.tombolo.mesh.policy.Intention.Otherwise;
import io.tombolo.mesh.policy.JwtProvider;
import io.tombolo.mesh.policy.JwtProviderObject;
import io.tombolo.mesh.policy.Party;
import io.tombolo.mesh.policy.Permission;
import io.tombolo.mesh.policy.PolicyObject;
import io.tombolo.mesh.policy.Principal;
import io.tombolo.mesh.policy.Provenance;
import io.tombolo.mesh.route.RouteObject;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How items are written down. Reading runs their constructors, so that what was tampered with is
/// checked like anything from outside.
final class KnownJson {
  private KnownJson() {}

  static ObjectMapper mapper() {
    return JsonMapper.builder()
        .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
        .disable(MapperFeature.AUTO_DETECT_IS_GETTERS)
        .addMixIn(Item.class, ItemForm.class)
        .addMixIn(Party.class, PartyForm.class)
        .addMixIn(Condition.class, ConditionForm.class)
        .addMixIn(Principal.class, PrincipalForm.class)
        .addMixIn(Intention.class, IntentionForm.class)
        .addMixIn(JwtProvider.Location.class, LocationForm.class)
        .addMixIn(JwtProvider.Keys.class, KeysForm.class)
        .addModule(new JavaTimeModule())
        .addModule(new Jdk8Module())
        .addModule(readers())
        .build();
  }

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "is")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Service.class, name = "service"),
    @JsonSubTypes.Type(value = EndpointSet.class, name = "endpoints"),
    @JsonSubTypes.Type(value = PolicyObject.class, name = "intentions"),
    @JsonSubTypes.Type(value = JwtProviderObject.class, name = "jwt-provider"),
    @JsonSubTypes.Type(value = RouteObject.class, name = "routes"),
    @JsonSubTypes.Type(value = Refused.class, name = "refused")
  })
  @JsonIgnoreProperties(ignoreUnknown = true)
  private interface ItemForm {}

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "is")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Party.Everyone.class, name = "everyone"),
    @JsonSubTypes.Type(value = Party.Anyone.class, name = "anyone"),
    @JsonSubTypes.Type(value = Party.Named.class, name = "named"),
    @JsonSubTypes.Type(value = Party.InWorld.class, name = "in-world"),
    @JsonSubTypes.Type(value = Party.InNamespace.class, name = "in-namespace"),
    @JsonSubTypes.Type(value = Party.Account.class, name = "account"),
    @JsonSubTypes.Type(value = Party.Identified.class, name = "identified")
  })
  private interface PartyForm {}

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "is")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Condition.AllOf.class, name = "all-of"),
    @JsonSubTypes.Type(value = Condition.AnyOf.class, name = "any-of"),
    @JsonSubTypes.Type(value = Condition.Not.class, name = "not"),
    @JsonSubTypes.Type(value = Condition.Path.class, name = "path"),
    @JsonSubTypes.Type(value = Condition.Method.class, name = "method"),
    @JsonSubTypes.Type(value = Condition.Header.class, name = "header"),
    @JsonSubTypes.Type(value = Condition.Port.class, name = "port"),
    @JsonSubTypes.Type(value = Condition.Caller.class, name = "caller"),
    @JsonSubTypes.Type(value = Condition.Claim.class, name = "claim"),
    @JsonSubTypes.Type(value = Condition.Token.class, name = "token")
  })
  private interface ConditionForm {}

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "is")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Principal.Exactly.class, name = "exactly"),
    @JsonSubTypes.Type(value = Principal.Under.class, name = "under")
  })
  private interface PrincipalForm {}

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "is")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = JwtProvider.Location.Header.class, name = "header"),
    @JsonSubTypes.Type(value = JwtProvider.Location.Parameter.class, name = "parameter"),
    @JsonSubTypes.Type(value = JwtProvider.Location.Cookie.class, name = "cookie")
  })
  private interface LocationForm {}

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "is")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = JwtProvider.Keys.Known.class, name = "known"),
    @JsonSubTypes.Type(value = JwtProvider.Keys.Fetched.class, name = "fetched")
  })
  private interface KeysForm {}

  @JsonDeserialize(converter = IntentionReader.class)
  private interface IntentionForm {}

  /// @param action of intentions on connections, as they were written down before there were others
  private record WrittenIntention(
      Party source,
      Party destination,
      @Nullable Action action,
      @Nullable Integer precedence,
      @Nullable Condition given,
      @Nullable List<Permission> permissions,
      @Nullable Otherwise otherwise,
      Provenance writtenIn) {}

  private static final class IntentionReader extends StdConverter<WrittenIntention, Intention> {
    @Override
    public Intention convert(WrittenIntention written) {
      if (written.action != null) {
        return new Intention(
            written.source, written.destination, written.action, written.writtenIn);
      }
      if (written.precedence == null
          || written.given == null
          || written.permissions == null
          || written.otherwise == null) {
        throw new IllegalArgumentException("an intention lacks a field");
      }
      return new Intention(
          written.source,
          written.destination,
          written.precedence,
          written.given,
          written.permissions,
          written.otherwise,
          written.writtenIn);
    }
  }

  /// A SPIFFE ID is written as its URI.
  private static SimpleModule readers() {
    return new SimpleModule()
        .addSerializer(SpiffeId.class, ToStringSerializer.instance)
        .addDeserializer(SpiffeId.class, new SpiffeIdReader())
        .addDeserializer(HttpProfile.class, new HttpProfileReader());
  }

  /// Strict in what was written before there were profiles.
  private static final class HttpProfileReader extends FromStringDeserializer<HttpProfile> {
    HttpProfileReader() {
      super(HttpProfile.class);
    }

    @Override
    protected HttpProfile _deserialize(String name, DeserializationContext context) {
      return HttpProfile.valueOf(name);
    }

    @Override
    public HttpProfile getNullValue(DeserializationContext context) {
      return HttpProfile.STRICT;
    }
  }

  private static final class SpiffeIdReader extends FromStringDeserializer<SpiffeId> {
    SpiffeIdReader() {
      super(SpiffeId.class);
    }

    @Override
    protected SpiffeId _deserialize(String uri, DeserializationContext context) {
      return SpiffeId.parse(uri);
    }
  }
}
