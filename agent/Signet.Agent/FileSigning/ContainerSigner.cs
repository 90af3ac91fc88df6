using System.Security.Cryptography;
using Signet.Agent.Configuration;
using Signet.Agent.Keys;
using Signet.Agent.Timestamping;
using Signet.Formats;
using Signet.Formats.Containers;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Agent.FileSigning;

/// <summary>
/// Signs a container inside out: the files in it that the profile signs, the containers in it, then itself. Each signature
/// is one use of the key, and each is read back before the next container is closed around it.
/// </summary>
internal sealed class ContainerSigner(SpoolDirectory spool, FormatCatalog formats, SignatureCheck check)
{
    /// <summary>Signs a container that arrived.</summary>
    /// <param name="file">The container.</param>
    /// <param name="name">Its name.</param>
    /// <param name="profile">Which formats are signed inside.</param>
    /// <param name="choices">What was asked for; a rule to refuse what is signed makes inner files be skipped.</param>
    /// <param name="signer">The key.</param>
    /// <param name="newStamper">Gives a timestamper for each signature in a format; null for no timestamp.</param>
    /// <param name="cancellationToken">Ends the work; the key may have been used all the same.</param>
    /// <exception cref="SigningException">Why there is no signature.</exception>
    public async Task<SignedContainer> SignAsync(
        ReceivedFile file, string name, ProfileConfiguration profile, SigningChoices choices, TokenSigner signer,
        Func<ISignatureFormat, SignatureTimestamper?> newStamper, CancellationToken cancellationToken)
    {
        var container = (IContainerFormat)file.Format;
        if (!profile.Recurse)
        {
            throw new SigningException(ErrorReason.UnsupportedFormat,
                $"File '{name}' has format '{file.Format.Name}', which carries no signature itself, and profile '{profile.Name}' "
                + "does not sign what is inside (recurse).");
        }

        var run = new Run(
            profile.Formats.ToHashSet(StringComparer.Ordinal), choices, signer, newStamper, new ContainerLimits(name, profile.Limits.Files));
        var (edits, outer) = await SignFileAsync(run, file, name, depth: 1, cancellationToken);
        if (run.Inner.Count == 0 && !container.IsSignedItself)
        {
            throw run.Skipped > 0
                ? new SigningException(ErrorReason.AlreadySigned, $"Everything in file '{name}' that could be signed is signed already.")
                : new SigningException(ErrorReason.UnsupportedFormat, $"File '{name}' holds nothing that profile '{profile.Name}' signs.");
        }

        return new SignedContainer(edits, outer, run.Inner);
    }

    private async Task<(IReadOnlyList<Formats.Edit> Edits, OuterSignature Signature)> SignFileAsync(
        Run run, ReceivedFile file, string path, int depth, CancellationToken cancellationToken)
    {
        IReadOnlyList<Formats.Edit> inside = [];
        var container = file.Format as IContainerFormat;
        if (container is not null)
        {
            run.Limits.Enter(depth);
            await using var content = file.Content.OpenReader();
            inside = await SignInsideAsync(run, container, content, path, depth, cancellationToken);
        }

        if (container is { IsSignedItself: false })
        {
            return (inside, new OuterSignature(await SignatureCheck.HashUnsignedAsync(file, inside, cancellationToken), null));
        }

        run.Limits.AddSignature();
        await using var changed = new EditedStream(file.Content.OpenReader(), inside);
        try
        {
            if (inside.Count > 0 && run.Choices.ExistingSignature == ExistingSignatureRule.Append)
            {
                await RequireUnsignedAsync(file.Format, changed, cancellationToken);
            }

            var prepared = inside.Count == 0
                ? file.Prepared
                : await file.Format.PrepareAsync(changed, run.Choices, cancellationToken);
            var stamper = run.NewStamper(file.Format);
            var own = await prepared.SignAsync(run.Signer, stamper, cancellationToken);
            var edits = EditComposition.Compose(file.Content.Length, inside, own);
            var verified = await check.VerifyAsync(
                file, edits, run.Signer, stamper is not null, cancellationToken);
            return (edits, new OuterSignature(verified, stamper?.Server));
        }
        catch (SignatureFormatException exception)
        {
            throw FormatErrors.ToSigningException(exception, path);
        }
    }

    private async Task<IReadOnlyList<Formats.Edit>> SignInsideAsync(
        Run run, IContainerFormat format, Stream content, string path, int depth, CancellationToken cancellationToken)
    {
        try
        {
            var container = await format.OpenAsync(content, cancellationToken);
            run.Limits.AddEntries(container.Entries.Count);
            var replaced = 0;
            foreach (var entry in container.Entries)
            {
                if (await SignEntryAsync(run, container, entry, $"{path}!/{entry.Name}", depth, cancellationToken))
                {
                    replaced++;
                }
            }

            return replaced == 0 ? [] : await container.ToEditsAsync(cancellationToken);
        }
        catch (SignatureFormatException exception)
        {
            throw FormatErrors.ToSigningException(exception, path);
        }
    }

    /// <summary>Signs a file of a container, where it is one that is signed.</summary>
    /// <returns>Whether the container has new content for it.</returns>
    private async Task<bool> SignEntryAsync(
        Run run, IContainer container, ContainerEntry entry, string path, int depth, CancellationToken cancellationToken)
    {
        if (await FindFormatAsync(run, container, entry, cancellationToken) is not { } format)
        {
            return false;
        }

        await using var content = spool.Create(entry.SizeBytes);
        var sha256 = await UnpackAsync(run, container, entry, content, cancellationToken);
        await using var reader = content.OpenReader();
        IPreparedSignature prepared;
        try
        {
            prepared = await format.PrepareAsync(reader, run.Choices, cancellationToken);
        }
        catch (SignatureFormatException exception) when (exception.Failure == FormatFailure.AlreadySigned)
        {
            run.Skipped++;
            return false;
        }
        catch (SignatureFormatException exception)
        {
            throw FormatErrors.ToSigningException(exception, path);
        }

        var file = new ReceivedFile(content, format, prepared);
        var before = run.Inner.Count;
        var (edits, signature) = await SignFileAsync(run, file, path, depth + 1, cancellationToken);
        if (format is IContainerFormat { IsSignedItself: false })
        {
            if (run.Inner.Count == before)
            {
                return false;
            }
        }
        else
        {
            run.Inner.Add(new InnerSignature(
                path, format.Name, sha256, content.Length, signature.Verified, signature.TimestampServer));
        }

        await using var signed = new EditedStream(file.Content.OpenReader(), edits);
        run.Limits.AddReplaced(await container.ReplaceAsync(entry, signed, cancellationToken));
        return true;
    }

    private async Task<ISignatureFormat?> FindFormatAsync(
        Run run, IContainer container, ContainerEntry entry, CancellationToken cancellationToken)
    {
        var head = new byte[(int)Math.Min(entry.SizeBytes, FormatCatalog.HeadBytes)];
        await using (var start = container.Open(entry))
        {
            var count = await start.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken);
            run.Limits.AddUnpacked(count);
        }

        try
        {
            var format = formats.Find(head, entry.Name);
            return run.Formats.Contains(format.Name) ? format : null;
        }
        catch (SignatureFormatException)
        {
            // Most files in a container are nothing that is signed.
            return null;
        }
    }

    private static async Task<byte[]> UnpackAsync(
        Run run, IContainer container, ContainerEntry entry, SpooledFile target, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var source = container.Open(entry);
        var buffer = new byte[80 << 10];
        int count;
        while ((count = await source.ReadAsync(buffer, cancellationToken)) > 0)
        {
            run.Limits.AddUnpacked(count);
            hash.AppendData(buffer, 0, count);
            target.Write(buffer.AsSpan(0, count));
        }

        return hash.GetHashAndReset();
    }

    private static async Task RequireUnsignedAsync(ISignatureFormat format, Stream changed, CancellationToken cancellationToken)
    {
        var report = await format.VerifyAsync(
            changed, new TrustAnchors { SkipChains = true, Now = DateTimeOffset.UnixEpoch }, cancellationToken);
        if (report.Signatures.Count > 0)
        {
            throw new SignatureFormatException(
                FormatFailure.InvalidChoice,
                "Files in it are signed too (recurse), so the signature that it has would not hold any more. Choose replace or refuse.");
        }
    }

    private sealed class Run(
        IReadOnlySet<string> formats, SigningChoices choices, TokenSigner signer, Func<ISignatureFormat, SignatureTimestamper?> newStamper,
        ContainerLimits limits)
    {
        public IReadOnlySet<string> Formats => formats;

        public SigningChoices Choices => choices;

        public TokenSigner Signer => signer;

        public Func<ISignatureFormat, SignatureTimestamper?> NewStamper => newStamper;

        public ContainerLimits Limits => limits;

        public List<InnerSignature> Inner { get; } = [];

        public int Skipped { get; set; }
    }
}
