using System.Security.Cryptography;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>
/// Finds for the videos of one label set those of another, one to one. Labels name videos by paths of the machine that
/// they were made on, and recordings of different days often have one file name, so that names alone do not tell.
/// </summary>
/// <remarks>
/// Two videos are the same if they are the same file, or files of the same content; else if their paths end alike: the
/// more folders agree, the earlier they are paired. Movies of different size, length or content are never the same.
/// </remarks>
internal sealed class VideoPairing
{
    private readonly Dictionary<Video, Video> _pairs = new(ReferenceEqualityComparer.Instance);
    private readonly List<string> _remarks = [];
    private readonly List<Video> _left;
    private readonly List<Video> _right;

    private VideoPairing(IEnumerable<Video> left, IEnumerable<Video> right) =>
        (_left, _right) = ([.. left], [.. right]);

    /// <summary>The video of the second set for each of the first that has one.</summary>
    public IReadOnlyDictionary<Video, Video> Pairs => _pairs;

    /// <summary>Pairs of videos whose paths differ, one sentence each.</summary>
    public IReadOnlyList<string> Remarks => _remarks;

    /// <summary>Pairs the videos.</summary>
    /// <param name="left">Videos of the first set.</param>
    /// <param name="right">Videos of the second set.</param>
    /// <exception cref="ArgumentException">
    /// A video could be one of several, or no video of the sets is the same. The message names them.
    /// </exception>
    public static VideoPairing Of(IReadOnlyList<Video> left, IReadOnlyList<Video> right)
    {
        var pairing = new VideoPairing(left, right);
        pairing.Pair((a, b) => FullPaths(a).Intersect(FullPaths(b)).Any());
        pairing.Pair((a, b) => Paths(a).Intersect(Paths(b)).Any());
        pairing.Pair(HaveSameContent);
        pairing.PairByTail();
        if (pairing._pairs.Count == 0 && left is [var one] && right is [var other] && HaveSameShape(one, other))
            pairing.Add(one, other);
        return pairing._pairs.Count > 0 || left.Count == 0 || right.Count == 0
            ? pairing
            : throw new ArgumentException(
                $"No video is in both label sets: {Names(left)}; and {Names(right)}. If they are the same recordings "
                    + "under other names or in other files, set VideosInOrder: the first is the first, and so on."
            );
    }

    /// <summary>Pairs the first video with the first, the second with the second, and so on.</summary>
    /// <exception cref="ArgumentException">The numbers of videos, or the sizes of two videos differ.</exception>
    public static VideoPairing InOrder(IReadOnlyList<Video> left, IReadOnlyList<Video> right)
    {
        if (left.Count != right.Count)
        {
            throw new ArgumentException(
                $"Videos are to be taken in order, and there are {left.Count} and {right.Count}: {Names(left)}; and "
                    + $"{Names(right)}."
            );
        }

        var pairing = new VideoPairing(left, right);
        foreach (var (one, other) in left.Zip(right))
        {
            if (!CanBeSame(one, other))
            {
                throw new ArgumentException(
                    $"'{one.Path}' has {Size(one)}, '{other.Path}' {Size(other)}: they are not the same recording."
                );
            }

            pairing.Add(one, other);
        }

        return pairing;
    }

    // One file can be there twice, as two videos: then the first is the first.
    private void Pair(Func<Video, Video, bool> isSame)
    {
        foreach (var video in _left.ToArray())
        {
            if (_right.Find(other => CanBeSame(video, other) && isSame(video, other)) is { } match)
                Add(video, match);
        }
    }

    private void PairByTail()
    {
        var common =
            from video in _left
            from other in _right
            where CanBeSame(video, other) && !HaveOtherContent(video, other)
            let length = Tail(video, other)
            where length > 0
            select (Left: video, Right: other, Length: length);
        var open = common.ToList();
        while (open.Count > 0)
        {
            var longest = open.Max(pair => pair.Length);
            var best = open.FindAll(pair => pair.Length == longest);
            // A video is certain if it has one candidate, which is a candidate of no other.
            var certain = best.FindAll(pair =>
                best.Count(other => other.Left == pair.Left) == 1 && best.Count(other => other.Right == pair.Right) == 1
            );
            if (certain.Count == 0)
            {
                var (video, _, _) = best[0];
                var candidates = best.FindAll(pair => pair.Left == video).ConvertAll(pair => pair.Right);
                var others = best.FindAll(pair => pair.Right == best[0].Right).ConvertAll(pair => pair.Left);
                throw new ArgumentException(
                    candidates.Count > 1
                        ? $"'{video.Path}' can be {Names(candidates, " or ")} of the other label set."
                            + " Give them the folders or names that they have in both sets, or set VideosInOrder: the "
                            + "first is the first, and so on."
                        : $"{Names(others, " and ")} can both be '{best[0].Right.Path}' of the other label set. Give them "
                            + "the folders or names that they have in both sets, or set VideosInOrder: the first is "
                            + "the first, and so on."
                );
            }

            foreach (var (video, other, _) in certain)
                Add(video, other);
            open.RemoveAll(pair => !_left.Contains(pair.Left) || !_right.Contains(pair.Right));
        }
    }

    private void Add(Video video, Video other)
    {
        _pairs.Add(video, other);
        _left.Remove(video);
        _right.Remove(other);
        if (video.Path != other.Path)
            _remarks.Add($"'{video.Path}' is taken for '{other.Path}'");
    }

    private static bool CanBeSame(Video one, Video other) =>
        one.Shape is not { } a
        || other.Shape is not { } b
        || (
            a.Height == b.Height
            && a.Width == b.Width
            && (a.Frames == b.Frames || one.Kind != VideoKind.Movie || other.Kind != VideoKind.Movie)
        );

    private static bool HaveSameShape(Video one, Video other) =>
        one.Shape is not null && other.Shape is not null && CanBeSame(one, other);

    private static bool HaveOtherContent(Video one, Video other) =>
        one is { Kind: VideoKind.Movie, FoundPath: not null }
        && other is { Kind: VideoKind.Movie, FoundPath: not null }
        && !HaveSameContent(one, other);

    // The ends of large files tell recordings apart: movies have their index there.
    private static bool HaveSameContent(Video one, Video other)
    {
        // Of a list of images only the first is looked at, and first images are often alike.
        if (one.Kind == VideoKind.Images || one.Kind != other.Kind || one.Dataset != other.Dataset)
            return false;
        if (one.FoundPath is not { } a || other.FoundPath is not { } b)
            return false;
        var (first, second) = (new FileInfo(a), new FileInfo(b));
        return first.Exists
            && second.Exists
            && first.Length == second.Length
            && Ends(first).AsSpan().SequenceEqual(Ends(second));
    }

    private static byte[] Ends(FileInfo file)
    {
        const int length = 1 << 20;
        using var stream = file.OpenRead();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[length];
        hash.AppendData(buffer, 0, stream.ReadAtLeast(buffer, length, throwOnEndOfStream: false));
        stream.Seek(-Math.Min(length, file.Length), SeekOrigin.End);
        hash.AppendData(buffer, 0, stream.ReadAtLeast(buffer, length, throwOnEndOfStream: false));
        return hash.GetHashAndReset();
    }

    /// <summary>Number of names that two paths have in common at their ends; the file name is the first.</summary>
    private static int Tail(Video one, Video other) =>
        (from a in Paths(one) from b in Paths(other) select Tail(Parts(a), Parts(b))).Max();

    private static int Tail(string[] one, string[] other)
    {
        var length = 0;
        while (
            length < Math.Min(one.Length, other.Length)
            && string.Equals(one[^(length + 1)], other[^(length + 1)], StringComparison.OrdinalIgnoreCase)
        )
        {
            length++;
        }

        return length;
    }

    private static string[] Parts(string path) =>
        path.Split(['/', '\\'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    // Images embedded in a label file know the video that they were taken from.
    private static IEnumerable<string> Paths(Video video)
    {
        for (var one = video; one is not null; one = one.Source)
        {
            if (one.Path != ".")
                yield return one.Path;
        }

        foreach (var found in FullPaths(video))
            yield return found;
    }

    private static IEnumerable<string> FullPaths(Video video)
    {
        for (var one = video; one is not null; one = one.Source)
        {
            // A label file with several embedded videos is one file.
            if (one.FoundPath is { } found)
                yield return one.Dataset is null ? found : $"{found}:{one.Dataset}";
        }
    }

    private static string Size(Video video) =>
        video.Shape is { } shape
            ? $"{shape.Width} x {shape.Height} pixels and {shape.Frames} frames"
            : "an unknown size";

    private static string Names(IEnumerable<Video> videos, string joined = ", ") =>
        string.Join(joined, videos.Select(video => $"'{video.Path}'"));
}
