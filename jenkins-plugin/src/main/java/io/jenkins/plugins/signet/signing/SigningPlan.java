package io.jenkins.plugins.signet.signing;

import com.google.protobuf.ByteString;
import io.jenkins.plugins.signet.client.ManifestEntry;
import io.jenkins.plugins.signet.proto.CreateRequestRequest;
import io.jenkins.plugins.signet.proto.ManifestFile;
import io.jenkins.plugins.signet.proto.SigningOptions;
import java.io.Serializable;
import java.util.List;

/**
 * Everything that one request to the agent says. Serializable, so that a step which is taken up again after a restart
 * sends the very same request and thereby finds it instead of opening a second one.
 *
 * @param requestId a random UUID in lower-case form, chosen once for the step
 * @param profile the agent's profile
 * @param build who asks
 * @param files the manifest, as hashed before anything was signed
 * @param ifSigned what becomes of files that are signed already
 * @param description shown to users by Windows; null for none
 * @param descriptionUrl shown beside it; null for none
 */
public record SigningPlan(
        String requestId, String profile, BuildIdentity build, List<ManifestEntry> files, IfSigned ifSigned,
        String description, String descriptionUrl) implements Serializable {
    private static final long serialVersionUID = 1L;

    /** The message that opens the request. */
    public CreateRequestRequest toRequestMessage() {
        var message = CreateRequestRequest.newBuilder()
                .setRequestId(requestId)
                .setProfile(profile)
                .setBuild(build.toMessage());
        for (ManifestEntry file : files) {
            message.addFiles(ManifestFile.newBuilder()
                    .setName(file.name())
                    .setSizeBytes(file.sizeBytes())
                    .setSha256(ByteString.copyFrom(file.sha256())));
        }
        var options = SigningOptions.newBuilder().setExistingSignature(ifSigned.toMessage());
        if (description != null) {
            options.setDescription(description);
        }
        if (descriptionUrl != null) {
            options.setDescriptionUrl(descriptionUrl);
        }
        return message.setOptions(options).build();
    }
}
