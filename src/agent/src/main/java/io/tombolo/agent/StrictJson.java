package io.tombolo.agent;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.protobuf.ListValue;
import com.google.protobuf.NullValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/// Reads a JSON object (RFC 8259) in the one way that leaves nothing to interpret: whole, in valid
/// UTF-8, no name twice, nothing that is not JSON.
final class StrictJson {
  private static final int DEEPEST = 32;
  private static final String BYTE_ORDER_MARK = "\uFEFF";

  private StrictJson() {}

  /// @throws IllegalArgumentException if it is not such an object; the message says why
  static Struct object(byte[] utf8) {
    try {
      var text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
      if (text.startsWith(BYTE_ORDER_MARK)) {
        throw new IllegalArgumentException("it begins with a byte order mark");
      }
      var reader = new JsonReader(new StringReader(text));
      reader.setStrictness(Strictness.STRICT);
      reader.setNestingLimit(DEEPEST);
      var object = object(reader);
      if (reader.peek() != JsonToken.END_DOCUMENT) {
        throw new IllegalArgumentException("something follows it");
      }
      return object;
    } catch (CharacterCodingException notUtf8) {
      throw new IllegalArgumentException("it is not UTF-8", notUtf8);
    } catch (IOException | IllegalStateException notOne) {
      throw new IllegalArgumentException("it is not a JSON object", notOne);
    }
  }

  private static Struct object(JsonReader reader) throws IOException {
    var object = Struct.newBuilder();
    reader.beginObject();
    while (reader.hasNext()) {
      var name = wellFormed(reader.nextName());
      if (object.containsFields(name)) {
        throw new IllegalArgumentException("it has a name twice");
      }
      object.putFields(name, value(reader));
    }
    reader.endObject();
    return object.build();
  }

  private static Value value(JsonReader reader) throws IOException {
    var value = Value.newBuilder();
    switch (reader.peek()) {
      case BEGIN_OBJECT -> value.setStructValue(object(reader));
      case BEGIN_ARRAY -> value.setListValue(list(reader));
      case STRING -> value.setStringValue(wellFormed(reader.nextString()));
      case NUMBER -> value.setNumberValue(reader.nextDouble());
      case BOOLEAN -> value.setBoolValue(reader.nextBoolean());
      case NULL -> {
        reader.nextNull();
        value.setNullValue(NullValue.NULL_VALUE);
      }
      default -> throw new IllegalArgumentException("it is not a JSON object");
    }
    return value.build();
  }

  private static ListValue list(JsonReader reader) throws IOException {
    var list = ListValue.newBuilder();
    reader.beginArray();
    while (reader.hasNext()) {
      list.addValues(value(reader));
    }
    reader.endArray();
    return list.build();
  }

  /// Half of a surrogate pair has no encoding; what it becomes differs.
  private static String wellFormed(String text) {
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw new IllegalArgumentException("it has half of a surrogate pair");
    }
    return text;
  }
}
