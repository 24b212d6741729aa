package io.tombolo.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tombolo.testbed.Consul;
import io.tombolo.testbed.Host;
import java.io.IOException;
import java.io.UncheckedIOException;

/// VMs as they are registered in Consul, through its real API.
record ConsulWorld(Consul consul) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /// Registers a VM that runs one instance of a service.
  void vm(String service, Host host, int port) {
    instance(service, service + "-1", host.address(), port, "passing");
  }

  /// Registers an instance, or changes it.
  ///
  /// @param health `passing`, `warning` or `critical`
  void instance(String service, String id, String address, int port, String health) {
    put(
        "/v1/catalog/register",
        """
        {"Node": "node-%s", "Address": "%s",
         "Service": {"Service": "%s", "ID": "%s", "Address": "%s", "Port": %d},
         "Check": {"Node": "node-%s", "CheckID": "%s", "Name": "alive", "ServiceID": "%s",
           "Status": "%s"}}
        """
            .formatted(id, address, service, id, address, port, id, id, id, health));
  }

  /// Registers the proxy of a VM's instance, so that proxies which Consul drives find it.
  void sidecar(String service, Host host, int port) {
    put(
        "/v1/catalog/register",
        """
        {"Node": "node-%s-1", "Address": "%s",
         "Service": {"Kind": "connect-proxy", "Service": "%s-sidecar-proxy", "ID": "%s-1-proxy",
           "Address": "%s", "Port": %d,
           "Proxy": {"DestinationServiceName": "%s", "DestinationServiceID": "%s-1"}}}
        """
            .formatted(
                service, host.address(), service, service, host.address(), port, service, service));
  }

  void protocol(String service, String protocol) {
    put(
        "/v1/config",
        """
        {"Kind": "service-defaults", "Name": "%s", "Protocol": "%s"}
        """
            .formatted(service, protocol));
  }

  /// Writes who may call a service: one source.
  void intention(String destination, String source, String action) {
    put(
        "/v1/config",
        """
        {"Kind": "service-intentions", "Name": "%s",
         "Sources": [{"Name": "%s", "Action": "%s"}]}
        """
            .formatted(destination, source, action));
  }

  void deleteIntention(String destination) {
    delete("/v1/config/service-intentions/" + destination);
  }

  void delete(String path) {
    call("DELETE", path, "");
  }

  void deregister(String id) {
    put("/v1/catalog/deregister", "{\"Node\": \"node-%s\"}".formatted(id));
  }

  JsonNode get(String path) {
    return call("GET", path, "");
  }

  JsonNode put(String path, String body) {
    return call("PUT", path, body);
  }

  private JsonNode call(String method, String path, String body) {
    try {
      var reply = consul.call(method, path, body);
      if (!reply.ok()) {
        throw new IllegalStateException(method + " " + path + ": " + reply);
      }
      return JSON.readTree(reply.body());
    } catch (IOException e) {
      throw new UncheckedIOException(method + " " + path, e);
    }
  }
}
