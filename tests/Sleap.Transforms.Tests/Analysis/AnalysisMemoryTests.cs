using Microsoft.ML;

namespace Sleap.Transforms.Tests;

/// <summary>Alone, because it looks at the memory of the whole process.</summary>
[Collection(nameof(AnalysisMemoryTests))]
[CollectionDefinition(nameof(AnalysisMemoryTests), DisableParallelization = true)]
public sealed class AnalysisMemoryTests
{
    private readonly MLContext _ml = new(1);

    [Fact]
    public void ALongViewIsHeldInLittleMemory()
    {
        const int rows = 200_000;
        var made = 0;
        var view = _ml.Data.LoadFromEnumerable(
            Enumerable
                .Range(0, rows)
                .Select(frame => new Poses.Place
                {
                    Video = "v",
                    FrameIndex = made = frame,
                    Keypoints = frame % 7 == 0 ? [float.NaN, float.NaN] : [frame % 100, frame % 50],
                })
        );
        var pose = _ml.Pose();
        var moved = pose.RemoveJumps("Keypoints")
            .Append(pose.Interpolate("Keypoints", new() { Method = InterpolationMethod.Pchip }))
            .Append(pose.Smooth("Keypoints"))
            .Append(pose.Kinematics("Keypoints"))
            .Append(pose.Rolling("Speed"))
            .Fit(view)
            .Transform(view);
        using var cursor = moved.GetRowCursor([moved.Schema["SpeedMean"]]);
        var speed = cursor.GetGetter<float>(moved.Schema["SpeedMean"]);
        float value = 0;
        long early = 0,
            count = 0;
        while (cursor.MoveNext())
        {
            speed(ref value);
            // Interpolation reads 11 rows ahead, smoothing 2, the window 7, and each holds one more.
            Assert.InRange(made - count, -1, 30);
            if (++count == 10_000)
                early = GC.GetTotalMemory(forceFullCollection: true);
        }
        Assert.Equal(rows, count);
        // 190,000 rows kept would be more than 20 MB.
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - early, long.MinValue, 4 << 20);
    }
}
