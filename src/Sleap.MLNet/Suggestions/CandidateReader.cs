using System.Diagnostics;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>Predicts the candidates of a search for suggestions.</summary>
internal sealed class CandidateReader(PoseModelTransformer model, SuggestionOptions options)
{
    private const int Passes = 3;
    private readonly InstanceFilter? _filter = model.CreateFilter();
    private readonly PredictionBatch _batch = model.Predictor.Begin(Passes, 1)[0];
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private TimeSpan _nextReport;
    private long _instances;
    private byte[] _turned = [];

    /// <summary>Reads the candidates: frames evenly spaced over the videos, without those that are labeled.</summary>
    /// <param name="videos">The videos.</param>
    /// <param name="least">The least number of candidates, if there are as many frames.</param>
    public IReadOnlyList<Candidate> Read(IReadOnlyList<Video> videos, int least)
    {
        var frames = Choose(videos, Math.Max(options.Candidates, least));
        List<Candidate> candidates = [];
        var (done, failed) = (0, 0);
        foreach (var group in frames.GroupBy(frame => frame.Video))
        {
            using var source = group.Key.Open();
            // Each frame with the next one, where there is one.
            int[] wanted =
            [
                .. group.SelectMany(one => (int[])[one.Frame, one.Frame + 1]).Where(source.Contains).Distinct(),
            ];
            Frame? last = null;
            var open = new Queue<int>(group.Select(one => one.Frame));
            var end = new FrameResult(-1, null, null);
            foreach (var read in source.ReadMany(wanted, options.CancellationToken).Append(end))
            {
                if (open.TryPeek(out var candidate) && read.FrameIndex != candidate)
                {
                    // The frame after the candidate, or the end.
                    open.Dequeue();
                    done++;
                    if (last is { } frame && frame.FrameIndex == candidate)
                        candidates.Add(Predict(group.Key, frame, read.FrameIndex == candidate + 1 ? read.Frame : null));
                    else
                        failed++;
                    Report(done, failed, frames.Count);
                }
                last = read.Frame;
            }
        }
        return candidates;
    }

    private Candidate Predict(Video video, Frame frame, Frame? next)
    {
        var (height, width) = (frame.Height, frame.Width);
        _batch.Read(0, FramePixels.Of(frame), []);
        _batch.Read(1, Turned(frame), []);
        if (next is not null)
            _batch.Read(2, FramePixels.Of(next), []);
        var found = _batch.Predict(next is null ? 2 : 3);
        InstanceArray[] kept = [.. found.Select(one => (_filter?.Apply(one) ?? one).WhereVisible())];
        _instances += kept[0].Count;
        return new(
            video,
            frame.FrameIndex,
            kept[0],
            kept[1].Map(x => width - 1 - x, y => height - 1 - y),
            next is null ? null : kept[2]
        );
    }

    // Turned by half a circle, which moves whole pixels.
    private FramePixels Turned(Frame frame)
    {
        var (bytes, channels) = (frame.Pixels, frame.Channels);
        if (_turned.Length != bytes.Length)
            _turned = new byte[bytes.Length];
        for (int from = 0, to = bytes.Length - channels; to >= 0; from += channels, to -= channels)
        {
            for (var channel = 0; channel < channels; channel++)
                _turned[to + channel] = bytes[from + channel];
        }

        return new(_turned, frame.Height, frame.Width, channels);
    }

    private List<(Video Video, int Frame)> Choose(IReadOnlyList<Video> videos, int most)
    {
        var labeled = (options.Labels?.Frames ?? [])
            .Where(frame => frame.IsNegative || frame.Instances.Any(one => !one.IsPredicted))
            .Select(frame => (frame.Video.FoundPath ?? frame.Video.Path, frame.FrameIndex))
            .ToHashSet();
        var wanted = options.Frames?.ToHashSet();
        (Video Video, int Frame)[] all =
        [
            .. videos.SelectMany(video =>
                PoseCatalog
                    .AllFrames(video)
                    .Where(frame => wanted?.Contains(frame) != false)
                    .Where(frame => !labeled.Contains((video.FoundPath ?? video.Path, frame)))
                    .Select(frame => (video, frame))
            ),
        ];
        var step = Math.Max(1, (double)all.Length / most);
        return [.. Enumerable.Range(0, Math.Min(most, all.Length)).Select(i => all[(int)((i + 0.5) * step)])];
    }

    private void Report(int done, int failed, int all)
    {
        if (_clock.Elapsed < _nextReport && done < all)
            return;
        _nextReport = _clock.Elapsed + TimeSpan.FromSeconds(0.5);
        var seconds = Math.Max(1e-9, _clock.Elapsed.TotalSeconds);
        options.Progress?.Report(
            new(
                done - failed,
                failed,
                all,
                _instances,
                done / seconds,
                _clock.Elapsed,
                TimeSpan.FromSeconds((all - done) * seconds / done),
                done == all
            )
        );
    }
}

/// <summary>A frame with what the model predicts in it.</summary>
/// <param name="Video">The video.</param>
/// <param name="FrameIndex">Frame number.</param>
/// <param name="Found">Instances of the frame.</param>
/// <param name="Turned">Instances of the frame turned by half a circle, in coordinates of the frame.</param>
/// <param name="Next">Instances of the next frame; null where there is none.</param>
internal sealed record Candidate(
    Video Video,
    int FrameIndex,
    InstanceArray Found,
    InstanceArray Turned,
    InstanceArray? Next
);
