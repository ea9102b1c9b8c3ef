using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>What a network sees in one step, and what it shall say.</summary>
/// <param name="Images">(B, C, H, W), 0..1, channels last.</param>
/// <param name="Points">(B, I, N, 2) of up to I animals in pixels of the images, NaN = missing.</param>
/// <param name="Classes">(B, I) class of each animal, whole numbers, −1 = none.</param>
internal sealed record TrainingBatch(Tensor Images, Tensor Points, Tensor Classes)
{
    /// <summary>What a sample without animals counts in the loss; one with animals counts 1.</summary>
    public double NegativeWeight { get; init; } = 1;

    /// <summary>How far the training is, 0..1; 1 outside of training.</summary>
    public double Progress { get; init; } = 1;

    public int Height => (int)Images.shape[2];

    public int Width => (int)Images.shape[3];

    /// <summary>The same on a device.</summary>
    public TrainingBatch To(Device device) =>
        this with
        {
            Images = Images.to(device),
            Points = Points.to(device),
            Classes = Classes.to(device),
        };

    /// <summary>What each sample counts in the loss, (B); null: all the same.</summary>
    public Tensor? Weights()
    {
        if (NegativeWeight == 1)
            return null;
        // (B), 1 where nothing is labelled
        var empty = Points.isnan().to(ScalarType.Float32).amin(new long[] { 1, 2, 3 }, false);
        return empty.mul(NegativeWeight - 1).add(1);
    }
}
