package io.jenkins.plugins.signet.signing;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.jenkins.plugins.signet.client.FailureReason;
import io.jenkins.plugins.signet.client.FileHasher;
import io.jenkins.plugins.signet.client.ManifestBuilder;
import io.jenkins.plugins.signet.client.ManifestEntry;
import io.jenkins.plugins.signet.client.SignetException;
import io.jenkins.plugins.signet.proto.CreateRequestRequest;
import io.jenkins.plugins.signet.proto.ManifestFile;
import io.jenkins.plugins.signet.proto.SigningOptions;
import java.util.List;
import java.util.Locale;

/**
 * Everything that one request to the agent says. Can be kept as bytes, so that a step which is taken up again after a
 * restart sends the very same request and thereby finds it instead of opening a second one. Immutable.
 */
public final class SigningPlan {
    private final CreateRequestRequest message;
    private final IfSigned ifSigned;
    private final List<ManifestEntry> files;

    private SigningPlan(CreateRequestRequest message, IfSigned ifSigned) {
        this.message = message;
        this.ifSigned = ifSigned;
        this.files = message.getFilesList().stream()
                .map(file -> new ManifestEntry(file.getName(), file.getSizeBytes(), file.getSha256().toByteArray()))
                .toList();
    }

    /**
     * What is said beside files and build.
     *
     * @param profile the agent's profile
     * @param ifSigned what becomes of files that are signed already
     * @param description shown to users by Windows; null for none
     * @param descriptionUrl shown beside it; null for none
     * @param format name of the format to sign in; null where content and name of each file decide
     * @param catalog path in the workspace of the catalog that covers the files; null where each is signed by itself
     * @param pageHashes whether signatures of programs hold the hashes of their pages
     */
    public record Choices(
            String profile, IfSigned ifSigned, String description, String descriptionUrl, String format, String catalog,
            boolean pageHashes) {
        private static final String CATALOG_SUFFIX = ".cat";

        /** With the catalog's path as a name: segments joined by '/'. */
        public Choices {
            catalog = catalog == null ? null : catalog.replace('\\', '/');
        }

        /** A profile and nothing else. */
        public Choices(String profile, IfSigned ifSigned) {
            this(profile, ifSigned, null, null, null, null, false);
        }

        /**
         * Checks what goes together, before anything is done.
         *
         * @throws SignetException INVALID_REQUEST naming the parameters and what to do
         */
        public void check() throws SignetException {
            if (catalog == null) {
                return;
            }
            if (!catalog.toLowerCase(Locale.ROOT).endsWith(CATALOG_SUFFIX)
                    || !ManifestBuilder.normalize(catalog).equals(catalog)) {
                throw invalid("catalog is a path in the workspace that ends with .cat, for instance dist/release.cat, not '"
                        + catalog + "'");
            }
            if (format != null || pageHashes) {
                throw invalid((format != null ? "format" : "pageHashes") + " and catalog do not go together: no file of a"
                        + " catalog is signed by itself. Sign the files in a step of their own, then make the catalog");
            }
            if (ifSigned == IfSigned.SKIP || ifSigned == IfSigned.APPEND) {
                throw invalid("ifSigned '" + ifSigned.value() + "' and catalog do not go together: a catalog that is there"
                        + " may cover other files. Take 'replace' or 'fail'");
            }
        }

        private static SignetException invalid(String text) {
            return new SignetException(FailureReason.INVALID_REQUEST, text);
        }
    }

    /**
     * A new plan.
     *
     * @param requestId a random UUID in lower-case form, chosen once for the step
     * @param build who asks
     * @param files the manifest, as hashed before anything was signed
     */
    public static SigningPlan create(String requestId, BuildIdentity build, List<ManifestEntry> files, Choices choices) {
        var message = CreateRequestRequest.newBuilder()
                .setRequestId(requestId)
                .setProfile(choices.profile())
                .setBuild(build.toMessage());
        for (ManifestEntry file : files) {
            message.addFiles(ManifestFile.newBuilder()
                    .setName(file.name())
                    .setSizeBytes(file.sizeBytes())
                    .setSha256(ByteString.copyFrom(file.sha256())));
        }
        var options = SigningOptions.newBuilder().setExistingSignature(choices.ifSigned().toMessage());
        if (choices.description() != null) {
            options.setDescription(choices.description());
        }
        if (choices.descriptionUrl() != null) {
            options.setDescriptionUrl(choices.descriptionUrl());
        }
        if (choices.format() != null) {
            options.setFormat(choices.format());
        }
        if (choices.catalog() != null) {
            options.setCatalog(choices.catalog());
        }
        options.setPageHashes(choices.pageHashes());
        return new SigningPlan(message.setOptions(options).build(), choices.ifSigned());
    }

    /**
     * The plan that {@link #toBytes} kept.
     *
     * @throws IllegalArgumentException for bytes that are none
     */
    public static SigningPlan fromBytes(byte[] bytes, IfSigned ifSigned) {
        try {
            return new SigningPlan(CreateRequestRequest.parseFrom(bytes), ifSigned);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("the request that was kept for the step cannot be read", e);
        }
    }

    /** The plan as bytes that a later version reads too. */
    public byte[] toBytes() {
        return message.toByteArray();
    }

    /** The message that opens the request. */
    public CreateRequestRequest toMessage() {
        return message;
    }

    /** Chosen by the client. */
    public String requestId() {
        return message.getRequestId();
    }

    /** The agent's profile. */
    public String profile() {
        return message.getProfile();
    }

    /** Name of the format that is chosen; empty where content and name of each file decide. */
    public String format() {
        return message.getOptions().getFormat();
    }

    /** The catalog as the agent counts it among the files: it is made out of an empty one. Null where there is none. */
    public ManifestEntry catalog() {
        String name = message.getOptions().getCatalog();
        FileHasher.FileHash nothing = FileHasher.empty();
        return name.isEmpty() ? null : new ManifestEntry(name, nothing.sizeBytes(), nothing.sha256());
    }

    /** What becomes of files that are signed already. */
    public IfSigned ifSigned() {
        return ifSigned;
    }

    /** The manifest: what is uploaded. */
    public List<ManifestEntry> files() {
        return files;
    }
}
