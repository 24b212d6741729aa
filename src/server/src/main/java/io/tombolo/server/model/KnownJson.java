package io.tombolo.server.model;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.deser.std.FromStringDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import io.tombolo.mesh.catalog.EndpointSet;
import io.tombolo.mesh.catalog.HttpProfile;
import io.tombolo.mesh.catalog.Item;
import io.tombolo.mesh.catalog.Refused;
import io.tombolo.mesh.catalog.Service;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.policy.Party;
import io.tombolo.mesh.policy.PolicyObject;
import io.tombolo.mesh.route.RouteObject;

/// How items are written down. Reading runs their constructors, so that what was tampered with is
/// checked like anything from outside.
final class KnownJson {
  private KnownJson() {}

  static ObjectMapper mapper() {
    return JsonMapper.builder()
        .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
        .addMixIn(Item.class, ItemForm.class)
        .addMixIn(Party.class, PartyForm.class)
        .addModule(readers())
        .build();
  }

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "is")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Service.class, name = "service"),
    @JsonSubTypes.Type(value = EndpointSet.class, name = "endpoints"),
    @JsonSubTypes.Type(value = PolicyObject.class, name = "intentions"),
    @JsonSubTypes.Type(value = RouteObject.class, name = "routes"),
    @JsonSubTypes.Type(value = Refused.class, name = "refused")
  })
  @JsonIgnoreProperties(ignoreUnknown = true)
  private interface ItemForm {}

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "is")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Party.Everyone.class, name = "everyone"),
    @JsonSubTypes.Type(value = Party.Named.class, name = "named"),
    @JsonSubTypes.Type(value = Party.InWorld.class, name = "in-world"),
    @JsonSubTypes.Type(value = Party.InNamespace.class, name = "in-namespace"),
    @JsonSubTypes.Type(value = Party.Account.class, name = "account"),
    @JsonSubTypes.Type(value = Party.Identified.class, name = "identified")
  })
  private interface PartyForm {}

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
