using Microsoft.AspNetCore.Http;
using Sleap.IO;

namespace Sleap.Studio;

/// <summary>
/// The frames of all videos as encoded pictures, read by the decoder that training reads with. A video stays open near
/// the frame that was read last, so that the next one costs one decoded frame.
/// </summary>
internal sealed class VideoPictures(OpenedProject project, FaultText faults) : IDisposable
{
    private const int MaxOpen = 4;
    private const long CacheBytes = 128 << 20;

    private readonly PictureCache _cache = new(CacheBytes);
    private readonly VideoReader[] _readers =
    [
        .. Enumerable.Range(0, project.View.Videos.Count).Select(video => new VideoReader(project, video)),
    ];
    private readonly List<VideoReader> _open = [];

    /// <summary>Size and number of frames of a video, which is opened for it. A fault is part of the answer.</summary>
    public async Task<VideoFacts> FactsAsync(int video, CancellationToken cancellationToken)
    {
        try
        {
            return await UseAsync(video, reader => reader.Facts(), cancellationToken);
        }
        catch (Exception fault) when (faults.Of(fault) is (not StatusCodes.Status500InternalServerError, var text))
        {
            return _readers[video].FactsOfLabels(text);
        }
    }

    /// <summary>A frame as an encoded picture.</summary>
    /// <param name="key">Which one.</param>
    /// <param name="cancellationToken">Stops waiting and decoding.</param>
    /// <exception cref="ArgumentOutOfRangeException">The video has no picture of this frame.</exception>
    /// <exception cref="IOException">The file is not there, or changed since it was opened.</exception>
    /// <exception cref="PoseFormatException">The frame cannot be decoded.</exception>
    public async Task<byte[]> ReadAsync(PictureKey key, CancellationToken cancellationToken)
    {
        if (_cache.Find(key) is { } kept)
            return kept;
        return await UseAsync(
            key.Video,
            reader =>
            {
                // Another page may have asked for the same while this one waited.
                if (_cache.Find(key) is { } made)
                    return made;
                var frame = reader.Read(key.Frame, cancellationToken);
                var bytes = key.Form == PictureForm.Png ? ImageEncoder.Png(frame) : ImageEncoder.Jpeg(frame);
                _cache.Keep(key, bytes);
                return bytes;
            },
            cancellationToken
        );
    }

    public void Dispose()
    {
        foreach (var reader in _readers)
            reader.Dispose();
    }

    private async Task<T> UseAsync<T>(int video, Func<VideoReader, T> use, CancellationToken cancellationToken)
    {
        var reader = _readers[video];
        await reader.Turn.WaitAsync(cancellationToken);
        try
        {
            return await Task.Run(() => use(reader), cancellationToken);
        }
        finally
        {
            reader.Turn.Release();
            CloseOthers(reader);
        }
    }

    /// <summary>Closes the videos that were used longest ago, except those in use.</summary>
    private void CloseOthers(VideoReader used)
    {
        lock (_open)
        {
            _open.Remove(used);
            _open.Add(used);
            for (var i = 0; i < _open.Count && _open.Count > MaxOpen; )
            {
                if (_open[i].Turn.Wait(0))
                {
                    _open[i].Close();
                    _open[i].Turn.Release();
                    _open.RemoveAt(i);
                }
                else
                {
                    i++;
                }
            }
        }
    }
}
