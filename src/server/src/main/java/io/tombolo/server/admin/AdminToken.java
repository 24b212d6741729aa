package io.tombolo.server.admin;

import io.tombolo.identity.PrivateFiles;
import jakarta.annotation.Priority;
import jakarta.enterprise.inject.Instance;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.Provider;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Lets in to `/v1` who can read the file with the admin token. Being on the same machine is no
/// proof.
@Provider
@Priority(Priorities.AUTHENTICATION)
public final class AdminToken implements ContainerRequestFilter {
  /// How to send it.
  public static final String HOW =
      "send the token in the file admin.token of the state directory as"
          + " 'Authorization: Bearer ...'";

  private static final String SCHEME = "Bearer ";

  private final Instance<Admin> admin;

  /// @param admin looked up at the first request: filters are made before the configuration is read
  public AdminToken(Instance<Admin> admin) {
    this.admin = admin;
  }

  /// Reads the token from its file; makes one (256 bits) if there is none.
  public static String in(Path state) throws IOException {
    PrivateFiles.directory(state);
    var file = state.resolve("admin.token");
    if (!Files.exists(file)) {
      var secret = new byte[32];
      new SecureRandom().nextBytes(secret);
      var token = Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
      PrivateFiles.replace(file, (token + "\n").getBytes(StandardCharsets.US_ASCII));
    }
    return Files.readString(file, StandardCharsets.US_ASCII).strip();
  }

  @Override
  public void filter(ContainerRequestContext request) {
    var header = request.getHeaderString(HttpHeaders.AUTHORIZATION);
    if (!isBearer(header, admin.get().token())) {
      request.abortWith(
          Response.status(Response.Status.UNAUTHORIZED)
              .header(HttpHeaders.WWW_AUTHENTICATE, "Bearer")
              .entity(Map.of("error", HOW))
              .build());
    }
  }

  /// Is this the value of an `Authorization` header with the token? Takes the same time for any
  /// wrong one.
  public static boolean isBearer(@Nullable String header, String token) {
    return header != null
        && header.startsWith(SCHEME)
        && MessageDigest.isEqual(digest(token), digest(header.substring(SCHEME.length())));
  }

  private static byte[] digest(String token) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every JDK has SHA-256", impossible);
    }
  }
}
