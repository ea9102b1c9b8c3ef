using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>Peaks of a batch in the computer's memory, the same as <see cref="LocalPeaks"/>.</summary>
internal sealed record HostPeaks(float[] Points, float[] Values, long[] Samples, long[] Channels)
{
    public static HostPeaks Of(LocalPeaks peaks) =>
        new(Numbers(peaks.Points), Numbers(peaks.Values), peaks.Samples.cpu().data<long>().ToArray(), peaks.Channels.cpu().data<long>().ToArray());

    public static float[] Numbers(Tensor tensor) => tensor.to(ScalarType.Float32).cpu().contiguous().data<float>().ToArray();
}
