using System.Runtime.CompilerServices;
using Microsoft.ML;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>
/// The texts of the Video column and their videos, for each <see cref="MLContext"/>: so that poses from a pipeline are
/// saved with the video they came from, also where it is a list of images or embedded in a label file.
/// </summary>
internal sealed class VideoNames
{
    private static readonly ConditionalWeakTable<MLContext, VideoNames> Known = [];
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Video> _videos = new(StringComparer.Ordinal);

    public static VideoNames Of(MLContext ml) => Known.GetValue(ml, static _ => new VideoNames());

    /// <summary>
    /// The text for a video: its path; for a list of images, their folder. A second video of the same path gets a
    /// number.
    /// </summary>
    public string Add(Video video)
    {
        var path = video.Text;
        lock (_lock)
        {
            for (var number = 1; ; number++)
            {
                var name = number == 1 ? path : $"{path} ({number})";
                if (_videos.TryGetValue(name, out var other) && !IsSame(video, other))
                    continue;
                _videos[name] = video;
                return name;
            }
        }
    }

    /// <summary>
    /// The video of a text; the text of a video that was not loaded through this context is taken as a path.
    /// </summary>
    public Video Find(string name)
    {
        lock (_lock)
        {
            if (_videos.TryGetValue(name, out var video))
                return video;
        }
        return Video.FromFile(name.Length > 0 ? name : "unknown");
    }

    // The same file loaded again is the same video, as another object.
    private static bool IsSame(Video a, Video b) =>
        ReferenceEquals(a, b)
        || (
            a.Kind == b.Kind
            && a.Path == b.Path
            && a.FoundPath == b.FoundPath
            && a.Dataset == b.Dataset
            && a.ImagePaths.AsSpan().SequenceEqual(b.ImagePaths.AsSpan())
        );
}
