using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>What a network sees in one step, and what it shall say.</summary>
/// <param name="Images">(B, C, H, W), 0..1, channels last.</param>
/// <param name="Points">(B, I, N, 2) of up to I animals in pixels of the images, NaN = missing.</param>
/// <param name="Classes">(B, I) class of each animal, whole numbers, −1 = none.</param>
internal sealed record TrainingBatch(Tensor Images, Tensor Points, Tensor Classes)
{
    public int Height => (int)Images.shape[2];

    public int Width => (int)Images.shape[3];

    /// <summary>The same on a device.</summary>
    public TrainingBatch To(Device device) => new(Images.to(device), Points.to(device), Classes.to(device));
}
