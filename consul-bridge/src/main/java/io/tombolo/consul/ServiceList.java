package io.tombolo.consul;

import com.ecwid.consul.transport.TransportException;
import com.ecwid.consul.v1.ConsulRawClient;
import com.ecwid.consul.v1.OperationException;
import com.ecwid.consul.v1.QueryParams;
import com.ecwid.consul.v1.catalog.CatalogConsulClient;
import com.ecwid.consul.v1.catalog.CatalogServicesRequest;
import io.tombolo.mesh.catalog.Names;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Set;
import org.apache.http.HttpResponse;
import org.apache.http.client.config.RequestConfig;
import org.apache.http.impl.client.CloseableHttpClient;
import org.apache.http.impl.client.HttpClients;
import org.apache.http.message.BasicHeader;
import org.apache.http.protocol.HttpContext;

/// The names of all services of a datacenter, by consul-api. Its index moves whenever any instance
/// of any service comes, goes or changes (tried with Consul 1.22), so one query signals all of
/// them.
final class ServiceList implements AutoCloseable {
  private static final String CONSUL = "consul";

  private final ConsulSource.Settings settings;
  private final CloseableHttpClient http;
  private final CatalogConsulClient catalog;

  /// The names, and the index to wait for the next list with.
  record Listed(Set<String> names, long index) {}

  ServiceList(ConsulSource.Settings settings) throws IOException {
    this.settings = settings;
    this.http = http(settings);
    URI url = settings.url();
    int port = url.getPort() < 0 ? (url.getScheme().equals("https") ? 443 : 80) : url.getPort();
    this.catalog =
        new CatalogConsulClient(
            new ConsulRawClient(http, url.getScheme() + "://" + url.getHost(), port, ""));
  }

  /// consul-api itself would put the token into the URL, where logs show it, and does not show the
  /// header by which Consul admits that rows are missing.
  private static CloseableHttpClient http(ConsulSource.Settings settings) throws IOException {
    var timeouts =
        RequestConfig.custom()
            .setConnectTimeout(5_000)
            .setSocketTimeout((int) ConsulApi.PATIENCE.toMillis())
            .build();
    var builder =
        HttpClients.custom()
            .setDefaultRequestConfig(timeouts)
            .disableAutomaticRetries()
            .addInterceptorLast(ServiceList::requireWhole);
    if (!settings.token().isEmpty()) {
      builder.setDefaultHeaders(List.of(new BasicHeader("X-Consul-Token", settings.token())));
    }
    if (!settings.ca().isEmpty()) {
      builder.setSSLContext(Authorities.trusting(settings.ca()));
    }
    return builder.build();
  }

  private static void requireWhole(HttpResponse response, HttpContext unused) throws IOException {
    var filtered = response.getFirstHeader("X-Consul-Results-Filtered-By-ACLs");
    if (filtered != null && filtered.getValue().equals("true")) {
      throw new RowsLeftOut("Consul left rows out of the list of services");
    }
  }

  /// The list as soon as it is newer than `index`; at once for 0.
  Listed readAfter(long index) throws IOException {
    try {
      var params = new QueryParams(ConsulApi.WAIT.toSeconds(), index);
      var answer =
          catalog.getCatalogServices(
              CatalogServicesRequest.newBuilder().setQueryParams(params).build());
      var names = answer.getValue().keySet();
      if (!names.contains(CONSUL)) {
        throw new RowsLeftOut("Consul does not even show its own service");
      }
      return new Listed(Set.copyOf(names), Math.max(1, answer.getConsulIndex()));
    } catch (OperationException e) {
      throw new IOException(
          "Consul at %s answers %d to the list of services: %s"
              .formatted(settings.url(), e.getStatusCode(), Names.printable(e.getStatusContent())),
          e);
    } catch (TransportException e) {
      throw unreadable(e);
    }
  }

  private IOException unreadable(TransportException e) {
    return e.getCause() instanceof RowsLeftOut leftOut
        ? leftOut
        : new IOException("Consul at %s cannot be read".formatted(settings.url()), e);
  }

  @Override
  public void close() throws IOException {
    http.close();
  }
}
