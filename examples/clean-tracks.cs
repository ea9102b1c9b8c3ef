#:project ../src/Sleap.MLNet/Sleap.MLNet.csproj
// From predictions with broken tracks to one track an animal:
// dotnet run examples/clean-tracks.cs -- tests/data/centered_pair_predictions.slp 2 clean.slp
using Microsoft.ML;
using Sleap.IO;
using Sleap.Transforms;

var (from, animals, to) = (args[0], int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture), args[2]);

Labels before = Labels.Load(from);
Labels after = new MLContext().Pose().Track(before, new TrackingOptions { MaxTracks = animals });
after.Save(to);

Console.WriteLine($"before: {before.Tracks.Count} tracks, {Breaks(before)} breaks");
Console.WriteLine($"after: {after.Tracks.Count} tracks, {Breaks(after)} breaks");

// A break is a track that is not in the frame before, though it is not the video's first frame.
static int Breaks(Labels labels) =>
    labels
        .Frames.OrderBy(frame => frame.FrameIndex)
        .Select(frame => frame.Instances.Select(instance => instance.Track).OfType<Track>().ToHashSet())
        .Aggregate(
            (Last: (HashSet<Track>?)null, Count: 0),
            (sum, here) => (here, sum.Count + (sum.Last is null ? 0 : here.Except(sum.Last).Count()))
        )
        .Count;
