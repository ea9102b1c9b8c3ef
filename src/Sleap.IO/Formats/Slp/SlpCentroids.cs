namespace Sleap.IO;

/// <summary>
/// The centroids that a person placed, which a .slp holds beyond poses: the group /centroids of sleap-io, a dataset for
/// each column.
/// </summary>
internal static class SlpCentroids
{
    private const string Group = "centroids";
    private const int InstanceBytes = 200;

    /// <summary>
    /// Labels with an instance for each of these centroids, all of whose nodes are at its place, so that any center of
    /// it is the centroid; without frames where the labels hold none.
    /// </summary>
    /// <exception cref="PoseFormatException">The file that the labels were read from is damaged.</exception>
    public static Labels Of(Labels labels)
    {
        var skeleton = labels.Skeletons.Count > 0 ? labels.Skeletons[0] : new Skeleton("", ["centroid"]);
        var frames =
            labels.Extras is { IsThere: true } extras && extras.Names.Contains(Group) ? Read(extras, skeleton) : [];
        return new Labels(frames, labels.Videos, [skeleton], labels.Tracks) { Remarks = labels.Remarks };
    }

    /// <summary>Whether the labels hold any.</summary>
    /// <inheritdoc cref="Of"/>
    public static bool IsIn(Labels labels) => Of(labels).Frames.Count > 0;

    private static IEnumerable<LabeledFrame> Read(SlpExtras extras, Skeleton skeleton)
    {
        using var file = Hdf5Reader.Open(extras.File);
        if (file.IsDataset(Group))
        {
            throw new PoseFormatException(
                extras.File,
                Group,
                "is a table, expected a group with a dataset for each column."
            );
        }

        long[] Column(string name) => file.ReadNumbers<long>($"{Group}/{name}");
        double[] Places(string name) => file.ReadNumbers<double>($"{Group}/{name}");
        var (x, y) = (Places("x"), Places("y"));
        var (video, frame, track, predicted) = (
            Column("video"),
            Column("frame_idx"),
            Column("track"),
            Column("is_predicted")
        );
        foreach (var length in (int[])[y.Length, video.Length, frame.Length, track.Length, predicted.Length])
        {
            if (length != x.Length)
                throw new PoseFormatException(extras.File, Group, $"has columns of {x.Length} and {length} rows.");
        }

        file.Spend(x.Length, InstanceBytes + 40L * skeleton.Nodes.Length, Group);
        int[] rows =
        [
            .. Enumerable
                .Range(0, x.Length)
                .Where(i => predicted[i] == 0 && double.IsFinite(x[i]) && double.IsFinite(y[i])),
        ];
        foreach (var row in rows)
        {
            if (
                video[row] < 0
                || video[row] >= extras.Videos.Count
                || frame[row] is < 0 or > int.MaxValue
                || track[row] >= extras.Tracks.Count
            )
            {
                throw new PoseFormatException(
                    extras.File,
                    $"{Group} row {row}",
                    $"names frame {frame[row]} of video {video[row]} and track {track[row]}."
                );
            }
        }

        return
        [
            .. rows.GroupBy(row => (video[row], frame[row]))
                .OrderBy(group => group.Key)
                .Select(group => new LabeledFrame
                {
                    Video = extras.Videos[(int)group.Key.Item1],
                    FrameIndex = (int)group.Key.Item2,
                    Instances =
                    [
                        .. group.Select(row => new Instance
                        {
                            Skeleton = skeleton,
                            Points = [.. skeleton.Nodes.Select(_ => new Point(x[row], y[row]))],
                            Track = track[row] < 0 ? null : extras.Tracks[(int)track[row]],
                        }),
                    ],
                }),
        ];
    }
}
