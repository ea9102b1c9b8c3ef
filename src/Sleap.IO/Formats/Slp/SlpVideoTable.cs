namespace Sleap.IO;

/// <summary>
/// The videos of a .slp that is being written: their places, and the numbers that their frames have in the file.
/// </summary>
internal sealed class SlpVideoTable(string path)
{
    private readonly List<Video> _videos = [];
    private readonly Dictionary<Video, int> _positions = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Video, Dictionary<int, int>> _pictures = new(ReferenceEqualityComparer.Instance);

    public IReadOnlyList<Video> Videos => _videos;

    /// <summary>The place of a video, behind the others if it is new.</summary>
    public int Add(Video video)
    {
        if (_positions.TryGetValue(video, out var place))
            return place;
        _positions.Add(video, _videos.Count);
        _videos.Add(video);
        return _videos.Count - 1;
    }

    /// <summary>
    /// Readers take a list of pictures by position; a list with frame numbers of its own keeps them in its videos_json
    /// row.
    /// </summary>
    public int StoredIndex(Video video, int frameIndex)
    {
        if (video.FrameNumbers.IsEmpty)
            return frameIndex;
        if (!_pictures.TryGetValue(video, out var numbers))
        {
            _pictures.Add(video, numbers = []);
            for (var i = 0; i < video.FrameNumbers.Length; i++)
                numbers.TryAdd(video.FrameNumbers[i], i);
        }
        return numbers.TryGetValue(frameIndex, out var position)
            ? position
            : throw new PoseFormatException(
                path,
                "frames",
                $"frame {frameIndex} is labeled, and the picture list "
                    + $"{video.Path} has no picture of that "
                    + $"number."
            );
    }
}
