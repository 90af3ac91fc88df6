package io.jenkins.plugins.signet.signing;

import io.jenkins.plugins.signet.proto.ExistingSignature;
import java.util.Locale;

/** What becomes of a file that is signed already. */
public enum IfSigned {
    /** The step fails. */
    FAIL(ExistingSignature.EXISTING_SIGNATURE_REFUSE),
    /** The file stays as it is. */
    SKIP(ExistingSignature.EXISTING_SIGNATURE_REFUSE),
    /** The new signature is added, where the format can hold several. */
    APPEND(ExistingSignature.EXISTING_SIGNATURE_APPEND),
    /** The new signature takes the place of the old ones. */
    REPLACE(ExistingSignature.EXISTING_SIGNATURE_REPLACE);

    private final ExistingSignature message;

    IfSigned(ExistingSignature message) {
        this.message = message;
    }

    /** The value as scripts write it, for instance {@code fail}. */
    public String value() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The choice that scripts write as {@code value}; FAIL for null or empty.
     *
     * @throws IllegalArgumentException for anything else
     */
    public static IfSigned fromValue(String value) {
        if (value == null || value.isEmpty()) {
            return FAIL;
        }
        for (IfSigned choice : values()) {
            if (choice.value().equals(value)) {
                return choice;
            }
        }
        throw new IllegalArgumentException("ifSigned is one of fail, skip, append and replace, not '" + value + "'");
    }

    ExistingSignature toMessage() {
        return message;
    }
}
