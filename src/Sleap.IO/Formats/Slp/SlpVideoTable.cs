namespace Sleap.IO;

/// <summary>The videos of a .slp that is being written: their places, and the numbers that their frames have in the file.</summary>
internal sealed class SlpVideoTable(string path)
{
    private readonly List<Video> videos = [];
    private readonly Dictionary<Video, int> positions = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Video, Dictionary<int, int>> pictures = new(ReferenceEqualityComparer.Instance);

    public IReadOnlyList<Video> Videos => videos;

    /// <summary>The place of a video, behind the others if it is new.</summary>
    public int Add(Video video)
    {
        if (positions.TryGetValue(video, out var place))
            return place;
        positions.Add(video, videos.Count);
        videos.Add(video);
        return videos.Count - 1;
    }

    /// <summary>Readers take a list of pictures by position; a list with frame numbers of its own keeps them in its videos_json row.</summary>
    public int StoredIndex(Video video, int frameIndex)
    {
        if (video.FrameNumbers.IsEmpty)
            return frameIndex;
        if (!pictures.TryGetValue(video, out var numbers))
        {
            pictures.Add(video, numbers = []);
            for (var i = 0; i < video.FrameNumbers.Length; i++)
                numbers.TryAdd(video.FrameNumbers[i], i);
        }
        return numbers.TryGetValue(frameIndex, out var position)
            ? position
            : throw new PoseFormatException(path, "frames", $"frame {frameIndex} is labeled, and the picture list {video.Path} has no picture of that number.");
    }
}
