#include "tui/predict.h"

#include <string.h>

void predictions_make(struct predictions *predictions, struct evaluator *evaluator,
                      const struct split *split, const uint32_t images[], int count)
{
    const struct evaluation evaluation = {predictions->losses, predictions->predicted,
                                          predictions->probabilities[0]};

    predictions->count = count;
    memcpy(predictions->images, images, (size_t)count * sizeof *images);
    evaluate_listed(evaluator, split, images, count, &evaluation);
}
