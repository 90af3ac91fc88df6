package io.jenkins.plugins.signet.signing;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.jenkins.plugins.signet.client.ManifestEntry;
import io.jenkins.plugins.signet.proto.CreateRequestRequest;
import io.jenkins.plugins.signet.proto.ManifestFile;
import io.jenkins.plugins.signet.proto.SigningOptions;
import java.util.List;

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
     */
    public record Choices(String profile, IfSigned ifSigned, String description, String descriptionUrl) {}

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

    /** What becomes of files that are signed already. */
    public IfSigned ifSigned() {
        return ifSigned;
    }

    /** The manifest. */
    public List<ManifestEntry> files() {
        return files;
    }
}
