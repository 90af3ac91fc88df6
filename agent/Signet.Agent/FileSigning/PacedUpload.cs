using System.Globalization;
using Signet.Agent.Configuration;
using Signet.Agent.Configuration.Reading;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Agent.FileSigning;

/// <summary>
/// Holds an upload to the least rate and the longest time of the configuration. For the rate only the time counts in which the
/// agent waits for the sender: a format that reads slowly, or a busy agent, is not the sender's fault.
/// </summary>
/// <param name="upload">The upload.</param>
/// <param name="configuration">The configuration in use.</param>
/// <param name="time">The clock.</param>
/// <remarks>One caller reads; another may ask for the pace meanwhile.</remarks>
internal sealed class PacedUpload(IUpload upload, ConfigurationHolder configuration, TimeProvider time) : IUpload
{
    private readonly Lock _lock = new();
    private readonly long _began = time.GetTimestamp();
    private TimeSpan _waited;
    private long _waitsSince;
    private long _arrived;
    private bool _waits;

    /// <inheritdoc/>
    public async Task<ReadOnlyMemory<byte>?> ReadChunkAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _waitsSince = time.GetTimestamp();
            _waits = true;
        }

        var chunk = await upload.ReadChunkAsync(cancellationToken);
        lock (_lock)
        {
            _waited += time.GetElapsedTime(_waitsSince);
            _waits = false;
            _arrived += chunk?.Length ?? 0;
        }

        return chunk;
    }

    /// <inheritdoc/>
    public Task ReportAsync(SignFileStage stage, long receivedBytes, CancellationToken cancellationToken) =>
        upload.ReportAsync(stage, receivedBytes, cancellationToken);

    /// <summary>Refuses an upload that lasts too long, or brought too little in the time that was measured last.</summary>
    /// <param name="fileName">The file.</param>
    /// <exception cref="SigningException">LIMIT_EXCEEDED</exception>
    public void Require(string fileName)
    {
        var limits = configuration.Current.Uploads;
        if (time.GetElapsedTime(_began) > limits.Longest)
        {
            throw new SigningException(ErrorReason.LimitExceeded,
                $"The upload of file '{fileName}' takes longer than {Quantity.ShowDuration(limits.Longest)} (uploads.longest). Send it again, faster.");
        }

        lock (_lock)
        {
            var waited = _waits ? _waited + time.GetElapsedTime(_waitsSince) : _waited;
            if (waited < limits.Measured)
            {
                return;
            }

            if (_arrived < limits.LeastRateBytes * waited.TotalSeconds)
            {
                throw new SigningException(ErrorReason.LimitExceeded, string.Create(CultureInfo.InvariantCulture,
                    $"Only {_arrived} bytes of file '{fileName}' arrived in the last {waited.TotalSeconds:0} s; an upload brings {Quantity.ShowSize(limits.LeastRateBytes)} a second or more (uploads.leastRate). Send it again, faster."));
            }

            _waited = TimeSpan.Zero;
            _arrived = 0;
            _waitsSince = time.GetTimestamp();
        }
    }
}
